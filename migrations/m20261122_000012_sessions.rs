//! Conversations. `last_seq` is the gate of a session's history: an append moves it from the position before its first
//! event to that of its last, in the same transaction, and fails where it does not stand there. `owner_epoch` counts the
//! owners a session has had, so that a process that lost it can be told from the one that has it. No index holds a column
//! that a message changes, so that PostgreSQL updates the row in place (heap-only tuples); the spare room serves the same.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000012_sessions",
    up: Sql::Each {
        sqlite: "
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    epoch text NOT NULL,
    owner_epoch bigint NOT NULL DEFAULT 0,
    visitor jsonb NOT NULL,
    locale text,
    page_url text,
    opened_at timestamptz NOT NULL,
    phase text NOT NULL DEFAULT 'assistant',
    last_seq bigint NOT NULL DEFAULT 0,
    messages bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz
);
CREATE INDEX sessions_chatbot ON sessions (chatbot_id, session_id);
",
        postgres: "
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    epoch text NOT NULL,
    owner_epoch bigint NOT NULL DEFAULT 0,
    visitor jsonb NOT NULL,
    locale text,
    page_url text,
    opened_at timestamptz NOT NULL,
    phase text NOT NULL DEFAULT 'assistant',
    last_seq bigint NOT NULL DEFAULT 0,
    messages bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX sessions_chatbot ON sessions (chatbot_id, session_id);
",
    },
    down: "DROP TABLE sessions;",
};
