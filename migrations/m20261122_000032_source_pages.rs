//! The pages of sites, which are also what is left to do of a run: those whose `settled_round` is behind the source's. A
//! page is settled in the transaction that stores its text, so a process that is killed leaves nothing half done.
//! `document_id` is no foreign key, as with sources.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000032_source_pages",
    up: Sql::Same(
        "
CREATE TABLE source_pages (
    page_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    source_id uuid NOT NULL REFERENCES sources (source_id) ON DELETE CASCADE,
    role text NOT NULL,
    url text NOT NULL,
    depth integer NOT NULL,
    state text NOT NULL,
    error jsonb,
    title text,
    settled_round integer NOT NULL,
    attempts integer NOT NULL,
    taken_by uuid,
    misses integer NOT NULL,
    identity text,
    content_hash bytea,
    document_id uuid,
    bytes bigint NOT NULL,
    chunks integer NOT NULL,
    etag text,
    last_modified text,
    found_at timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE UNIQUE INDEX source_pages_url ON source_pages (source_id, url);
CREATE INDEX source_pages_next ON source_pages (source_id, settled_round, depth, page_id);
CREATE INDEX source_pages_identity ON source_pages (source_id, identity);
CREATE INDEX source_pages_content ON source_pages (source_id, content_hash);
CREATE INDEX source_pages_document ON source_pages (chatbot_id, document_id);
",
    ),
    down: "DROP TABLE source_pages;",
};
