//! What happened to sessions, step by step, for `aihio replay`. Apart from the history, which is complete without it: it
//! is kept where an operator asks for it, for some days. A life is one reading of a history and what followed.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000028_session_inputs",
    up: Sql::Same(
        "
CREATE TABLE session_inputs (
    session_id uuid NOT NULL,
    life uuid NOT NULL,
    nth bigint NOT NULL,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    at timestamptz NOT NULL,
    version integer NOT NULL,
    payload text NOT NULL,
    PRIMARY KEY (session_id, life, nth)
);
CREATE INDEX session_inputs_chatbot ON session_inputs (chatbot_id);
CREATE INDEX session_inputs_at ON session_inputs (at);
",
    ),
    down: "DROP TABLE session_inputs;",
};
