//! What an owner asks a chatbot before a change goes live, and which facts its answers must hold. The set is read and
//! written as a whole, so it is one value.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261123_000036_evaluation_sets",
    up: Sql::Same(
        "
CREATE TABLE evaluation_sets (
    chatbot_id uuid PRIMARY KEY REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    account_id uuid NOT NULL,
    questions jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
",
    ),
    down: "DROP TABLE evaluation_sets;",
};
