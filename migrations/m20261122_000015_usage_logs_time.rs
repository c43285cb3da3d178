//! The roll-up asks for the usage of some hours over all accounts, which the account's index can't answer. BRIN costs
//! next to nothing on a table that grows in order of time; SQLite has none and gets a plain index.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000015_usage_logs_time",
    up: Sql::Each {
        sqlite: "
CREATE INDEX usage_logs_time ON usage_logs (created_at);
",
        postgres: "
CREATE INDEX usage_logs_time ON usage_logs USING brin (created_at);
",
    },
    down: "DROP INDEX usage_logs_time;",
};
