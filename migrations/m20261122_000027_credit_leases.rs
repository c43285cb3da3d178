//! The credits that each process holds of each account: granted, and neither given back nor spent yet. The numbers only
//! grow while a lease lives, so that a call which is repeated changes nothing. Rows are changed in place by every stored
//! answer: no index holds a column that changes, and the spare room keeps the new version beside the old.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000027_credit_leases",
    up: Sql::Each {
        sqlite: "
CREATE TABLE credit_leases (
    account_id uuid NOT NULL,
    node_id uuid NOT NULL,
    granted bigint NOT NULL,
    returned bigint NOT NULL,
    settled bigint NOT NULL,
    asked boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, node_id)
);
CREATE INDEX credit_leases_node ON credit_leases (node_id);
",
        postgres: "
CREATE TABLE credit_leases (
    account_id uuid NOT NULL,
    node_id uuid NOT NULL,
    granted bigint NOT NULL,
    returned bigint NOT NULL,
    settled bigint NOT NULL,
    asked boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, node_id)
) WITH (fillfactor = 50);
CREATE INDEX credit_leases_node ON credit_leases (node_id);
",
    },
    down: "DROP TABLE credit_leases;",
};
