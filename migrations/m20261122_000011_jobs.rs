//! Runs over sources. Many processes take jobs from this table: `claimed_by` is the process at work, `claimed_until` is
//! when it counts as dead unless it has written since. The index holds open jobs only, so it stays small for ever.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000011_jobs",
    up: Sql::Same(
        "
CREATE TABLE jobs (
    job_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    source_id uuid NOT NULL REFERENCES sources (source_id) ON DELETE CASCADE,
    kind jsonb NOT NULL,
    state text NOT NULL,
    stage text NOT NULL,
    progress real NOT NULL,
    error jsonb,
    attempts integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    claimed_by uuid,
    claimed_until timestamptz
);
CREATE INDEX jobs_chatbot ON jobs (chatbot_id, job_id);
CREATE INDEX jobs_source ON jobs (source_id);
CREATE INDEX jobs_open ON jobs (account_id, job_id) WHERE state IN ('queued', 'running');
",
    ),
    down: "DROP TABLE jobs;",
};
