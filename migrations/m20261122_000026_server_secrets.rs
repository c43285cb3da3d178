//! Keys that all processes of an installation share and nobody has to set: the first process makes them, the others find
//! them. They are worth what the database is worth.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000026_server_secrets",
    up: Sql::Same(
        "
CREATE TABLE server_secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
",
    ),
    down: "DROP TABLE server_secrets;",
};
