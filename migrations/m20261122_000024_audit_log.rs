//! Who did what to what: names and ids, never contents. Nothing in the product changes or deletes a row.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000024_audit_log",
    up: Sql::Same(
        "
CREATE TABLE audit_log (
    audit_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_log_account ON audit_log (account_id, audit_id);
",
    ),
    down: "DROP TABLE audit_log;",
};
