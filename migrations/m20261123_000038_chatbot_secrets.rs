//! Secrets that a chatbot's tools send, sealed with the installation's key: beside the configuration, so that no version of
//! it and no copy holds one.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261123_000038_chatbot_secrets",
    up: Sql::Same(
        "
CREATE TABLE chatbot_secrets (
    chatbot_id uuid NOT NULL REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    name text NOT NULL,
    account_id uuid NOT NULL,
    sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (chatbot_id, name)
);
",
    ),
    down: "DROP TABLE chatbot_secrets;",
};
