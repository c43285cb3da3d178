//! A change of a chatbot's configuration that is tried and not yet in force: the change itself, so that it can be laid over
//! whatever is in force when it is published.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261123_000037_config_drafts",
    up: Sql::Same(
        "
CREATE TABLE config_drafts (
    chatbot_id uuid PRIMARY KEY REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    account_id uuid NOT NULL,
    change jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
",
    ),
    down: "DROP TABLE config_drafts;",
};
