//! What is to be sent, stored in the transaction of what it tells about: it goes out at least once, or not at all if that
//! transaction failed. The index holds what is still due.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000023_outbox",
    up: Sql::Same(
        "
CREATE TABLE outbox (
    outbox_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
CREATE INDEX outbox_account ON outbox (account_id, outbox_id);
",
    ),
    down: "DROP TABLE outbox;",
};
