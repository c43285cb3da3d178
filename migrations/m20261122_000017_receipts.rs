//! How each answer came about. Apart from `messages`, because hardly anybody asks, and histories are read all the time.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000017_receipts",
    up: Sql::Same(
        "
CREATE TABLE receipts (
    message_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    session_id uuid NOT NULL,
    receipt jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX receipts_session ON receipts (session_id);
",
    ),
    down: "DROP TABLE receipts;",
};
