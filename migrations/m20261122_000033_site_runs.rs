//! Runs over sites: their number and their job, when the next one is due, and how far each is. A job's pages are counted
//! anew from `source_pages` when it goes on; what is stored here is for people, and for what was fetched and worked.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000033_site_runs",
    up: Sql::Same(
        "
ALTER TABLE sources ADD COLUMN sync_round integer NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN sync_job uuid;
ALTER TABLE sources ADD COLUMN resync_seconds bigint;
ALTER TABLE sources ADD COLUMN next_sync_at timestamptz;
ALTER TABLE jobs ADD COLUMN pages jsonb;
CREATE INDEX sources_due ON sources (next_sync_at) WHERE next_sync_at IS NOT NULL;
",
    ),
    down: "
DROP INDEX sources_due;
ALTER TABLE jobs DROP COLUMN pages;
ALTER TABLE sources DROP COLUMN next_sync_at;
ALTER TABLE sources DROP COLUMN resync_seconds;
ALTER TABLE sources DROP COLUMN sync_job;
ALTER TABLE sources DROP COLUMN sync_round;
",
};
