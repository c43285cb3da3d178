//! What owners give their chatbots to read. `document_id` names the version in use: one row's change swaps an old text for
//! a new one, whole. It is no foreign key, since documents point back here.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000008_sources",
    up: Sql::Same(
        "
CREATE TABLE sources (
    source_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    title text NOT NULL,
    kind jsonb NOT NULL,
    job_id uuid NOT NULL,
    document_id uuid,
    bytes bigint NOT NULL DEFAULT 0,
    chunks integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX sources_chatbot ON sources (chatbot_id, source_id);
",
    ),
    down: "DROP TABLE sources;",
};
