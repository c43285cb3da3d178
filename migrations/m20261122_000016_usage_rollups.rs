//! Usage by the hour: what charts read, so that they cost the same however much was used. Made from `usage_logs` and
//! nothing else, at any time again.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000016_usage_rollups",
    up: Sql::Same(
        "
CREATE TABLE usage_rollups (
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    type text NOT NULL,
    hour timestamptz NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (account_id, hour, chatbot_id, type)
);
CREATE INDEX usage_rollups_hour ON usage_rollups (hour);
",
    ),
    down: "DROP TABLE usage_rollups;",
};
