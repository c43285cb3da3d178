//! What actors remember between lives, in layouts of their own. A missing or old snapshot costs time and never truth.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000020_snapshots",
    up: Sql::Same(
        "
CREATE TABLE snapshots (
    kind text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    seq bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (kind, id)
);
",
    ),
    down: "DROP TABLE snapshots;",
};
