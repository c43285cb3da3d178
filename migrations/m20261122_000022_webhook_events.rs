//! Events of others that we have taken in, by their own id: one that comes again changes nothing.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000022_webhook_events",
    up: Sql::Same(
        "
CREATE TABLE webhook_events (
    provider text NOT NULL,
    event_id text NOT NULL,
    account_id uuid,
    received_at timestamptz NOT NULL,
    processed_at timestamptz,
    PRIMARY KEY (provider, event_id)
);
",
    ),
    down: "DROP TABLE webhook_events;",
};
