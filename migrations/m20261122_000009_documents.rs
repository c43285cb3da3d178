//! The text of a source as it was read. Rows are never changed: a new reading is a new row, and old ones stay, because
//! receipts count bytes in the version that was answered from.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000009_documents",
    up: Sql::Same(
        "
CREATE TABLE documents (
    document_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    source_id uuid NOT NULL REFERENCES sources (source_id) ON DELETE CASCADE,
    title text NOT NULL,
    url text,
    text text NOT NULL,
    content_hash bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX documents_source ON documents (source_id);
",
    ),
    down: "DROP TABLE documents;",
};
