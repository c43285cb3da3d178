//! Keys for programs. Only the SHA-256 of a key is kept: who reads this table can't use it. A revoked key keeps its row,
//! so that the audit log's words about it stay true.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000004_api_keys",
    up: Sql::Same(
        "
CREATE TABLE api_keys (
    api_key_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    scopes jsonb NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_keys_account ON api_keys (account_id, api_key_id);
",
    ),
    down: "DROP TABLE api_keys;",
};
