//! Every configuration that was ever in force, so that a change can be seen, undone, and explained in a receipt.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000006_config_versions",
    up: Sql::Same(
        "
CREATE TABLE config_versions (
    chatbot_id uuid NOT NULL REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    version integer NOT NULL,
    account_id uuid NOT NULL,
    config jsonb NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (chatbot_id, version)
);
",
    ),
    down: "DROP TABLE config_versions;",
};
