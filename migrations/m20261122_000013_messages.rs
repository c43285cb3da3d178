//! The histories of sessions: what was said, and who may answer from when on.
//!
//! On PostgreSQL the table has a partition for each month, and a unique constraint of a partitioned table must hold the
//! partition's key; otherwise two partitions could each hold "the" seventh event of a session. So the key is not the month
//! of the message but the month in which the SESSION began, as `yyyymm`, read from the time inside the session's id (UUID
//! version 7, RFC 9562). It is the same for all messages of a session: a session lies in one partition, and uniqueness of
//! (session_id, seq) and (session_id, client_id) holds for the whole table. A month without a partition goes to
//! `messages_default`: nothing is ever refused. There is no foreign key to `sessions`: the gate `sessions.last_seq` is
//! passed in the same transaction, so an orphan can't come about, and an append pays for no second look-up.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000013_messages",
    up: Sql::Each {
        sqlite: "
CREATE TABLE messages (
    session_id uuid NOT NULL,
    session_month integer NOT NULL,
    seq bigint NOT NULL,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('message', 'state')),
    message_id uuid,
    client_id text,
    role text,
    text text,
    reply_to uuid,
    citations jsonb,
    state text,
    agent text,
    at timestamptz NOT NULL,
    PRIMARY KEY (session_id, seq, session_month),
    CHECK (kind <> 'message' OR (message_id IS NOT NULL AND role IS NOT NULL AND text IS NOT NULL)),
    CHECK (kind <> 'state' OR state IS NOT NULL)
);
CREATE UNIQUE INDEX messages_client_id ON messages (session_id, client_id, session_month)
    WHERE client_id IS NOT NULL;
",
        postgres: "
CREATE TABLE messages (
    session_id uuid NOT NULL,
    session_month integer NOT NULL,
    seq bigint NOT NULL,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('message', 'state')),
    message_id uuid,
    client_id text,
    role text,
    text text,
    reply_to uuid,
    citations jsonb,
    state text,
    agent text,
    at timestamptz NOT NULL,
    PRIMARY KEY (session_id, seq, session_month),
    CHECK (kind <> 'message' OR (message_id IS NOT NULL AND role IS NOT NULL AND text IS NOT NULL)),
    CHECK (kind <> 'state' OR state IS NOT NULL)
) PARTITION BY RANGE (session_month);
CREATE TABLE messages_default PARTITION OF messages DEFAULT;
CREATE UNIQUE INDEX messages_client_id ON messages (session_id, client_id, session_month)
    WHERE client_id IS NOT NULL;
",
    },
    down: "DROP TABLE messages;",
};
