//! A passage is a span of bytes in a document and nothing else. Its text is cut from the document when it is read, so a
//! quote can't differ from what is stored, and the text is stored once.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000010_chunks",
    up: Sql::Same(
        "
CREATE TABLE chunks (
    chunk_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    source_id uuid NOT NULL,
    document_id uuid NOT NULL REFERENCES documents (document_id) ON DELETE CASCADE,
    span_start bigint NOT NULL,
    span_end bigint NOT NULL
);
CREATE INDEX chunks_document ON chunks (document_id, span_start);
",
    ),
    down: "DROP TABLE chunks;",
};
