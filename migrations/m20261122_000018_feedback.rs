//! A visitor's judgement of an answer: one an answer, the last one counts.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000018_feedback",
    up: Sql::Same(
        "
CREATE TABLE feedback (
    message_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    session_id uuid NOT NULL,
    rating text NOT NULL,
    comment text,
    at timestamptz NOT NULL
);
CREATE INDEX feedback_chatbot ON feedback (chatbot_id, message_id);
CREATE INDEX feedback_session ON feedback (session_id);
",
    ),
    down: "DROP TABLE feedback;",
};
