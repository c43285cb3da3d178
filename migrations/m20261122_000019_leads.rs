//! Filled-in forms: the fields are whatever the chatbot's form asked for at that time.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000019_leads",
    up: Sql::Same(
        "
CREATE TABLE leads (
    lead_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    session_id uuid NOT NULL,
    fields jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX leads_chatbot ON leads (chatbot_id, lead_id);
CREATE INDEX leads_session ON leads (session_id);
",
    ),
    down: "DROP TABLE leads;",
};
