//! Requests that were sent under an `Idempotency-Key`, with their answers: sent again, the first answer is given again.
//! A row without `status` is a request at work. `fingerprint` tells another request under a used key.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000025_idempotency_keys",
    up: Sql::Same(
        "
CREATE TABLE idempotency_keys (
    account_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    content_type text,
    body bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
",
    ),
    down: "DROP TABLE idempotency_keys;",
};
