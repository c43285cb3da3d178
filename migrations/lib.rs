//! The schema of aihio, for SQLite and PostgreSQL alike.
//!
//! A step is a file: its first lines say why, the rest is SQL that both databases take, or one text for each. A step
//! that was published is never edited; the next one changes what it left. Old code runs against the new schema while
//! nodes are replaced one by one, so a step adds first, and a later one, whose name ends in `_contract`, takes away.
//! A step changes one table that is written to, or it could deadlock with those who write to two.
//!
//! [`apply`] runs what is pending, one process at a time. A database that has taken steps which this program doesn't
//! know is refused where one of them took something away.

mod apply;
mod step;

mod m20261122_000001_accounts;
mod m20261122_000002_users;
mod m20261122_000003_memberships;
mod m20261122_000004_api_keys;
mod m20261122_000005_chatbots;
mod m20261122_000006_config_versions;
mod m20261122_000007_uploads;
mod m20261122_000008_sources;
mod m20261122_000009_documents;
mod m20261122_000010_chunks;
mod m20261122_000011_jobs;
mod m20261122_000012_sessions;
mod m20261122_000013_messages;
mod m20261122_000014_usage_logs;
mod m20261122_000015_usage_logs_time;
mod m20261122_000016_usage_rollups;
mod m20261122_000017_receipts;
mod m20261122_000018_feedback;
mod m20261122_000019_leads;
mod m20261122_000020_snapshots;
mod m20261122_000021_subscriptions;
mod m20261122_000022_webhook_events;
mod m20261122_000023_outbox;
mod m20261122_000024_audit_log;
mod m20261122_000025_idempotency_keys;
mod m20261122_000026_server_secrets;
mod m20261122_000027_credit_leases;
mod m20261122_000028_session_inputs;
mod m20261122_000031_upload_terms;
mod m20261122_000032_source_pages;
mod m20261122_000033_site_runs;
mod m20261122_000034_chunk_vectors;
mod m20261123_000036_evaluation_sets;
mod m20261123_000037_config_drafts;
mod m20261123_000038_chatbot_secrets;

pub use apply::{MigrateError, apply, pending, pending_at, revert};
pub use step::{Sql, Step};

/// All steps, oldest first.
pub const STEPS: &[&Step] = &[
    &m20261122_000001_accounts::STEP,
    &m20261122_000002_users::STEP,
    &m20261122_000003_memberships::STEP,
    &m20261122_000004_api_keys::STEP,
    &m20261122_000005_chatbots::STEP,
    &m20261122_000006_config_versions::STEP,
    &m20261122_000007_uploads::STEP,
    &m20261122_000008_sources::STEP,
    &m20261122_000009_documents::STEP,
    &m20261122_000010_chunks::STEP,
    &m20261122_000011_jobs::STEP,
    &m20261122_000012_sessions::STEP,
    &m20261122_000013_messages::STEP,
    &m20261122_000014_usage_logs::STEP,
    &m20261122_000015_usage_logs_time::STEP,
    &m20261122_000016_usage_rollups::STEP,
    &m20261122_000017_receipts::STEP,
    &m20261122_000018_feedback::STEP,
    &m20261122_000019_leads::STEP,
    &m20261122_000020_snapshots::STEP,
    &m20261122_000021_subscriptions::STEP,
    &m20261122_000022_webhook_events::STEP,
    &m20261122_000023_outbox::STEP,
    &m20261122_000024_audit_log::STEP,
    &m20261122_000025_idempotency_keys::STEP,
    &m20261122_000026_server_secrets::STEP,
    &m20261122_000027_credit_leases::STEP,
    &m20261122_000028_session_inputs::STEP,
    &m20261122_000031_upload_terms::STEP,
    &m20261122_000032_source_pages::STEP,
    &m20261122_000033_site_runs::STEP,
    &m20261122_000034_chunk_vectors::STEP,
    &m20261123_000036_evaluation_sets::STEP,
    &m20261123_000037_config_drafts::STEP,
    &m20261123_000038_chatbot_secrets::STEP,
];
