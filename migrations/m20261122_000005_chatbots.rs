//! The configuration in force stands beside the chatbot, because a chatbot is woken by one read. `config_version` is also
//! the guard against two people saving at once. Slugs are names in addresses and as models, so they are unique over all
//! accounts.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000005_chatbots",
    up: Sql::Same(
        "
CREATE TABLE chatbots (
    chatbot_id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    slug text NOT NULL UNIQUE,
    config_version integer NOT NULL,
    config jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX chatbots_account ON chatbots (account_id, chatbot_id);
",
    ),
    down: "DROP TABLE chatbots;",
};
