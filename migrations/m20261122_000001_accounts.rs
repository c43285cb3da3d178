//! Accounts come first: an account is a tenant, and every row that belongs to one says so in `account_id`.
//! The schema says it in words that both databases take. SQLite reads any type name; PostgreSQL means it.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000001_accounts",
    up: Sql::Same(
        "
CREATE TABLE accounts (
    account_id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);
",
    ),
    down: "DROP TABLE accounts;",
};
