//! The words of a job, as OpenAPI describes them.

#![expect(dead_code, reason = "these types are described to clients and never made")]

use utoipa::ToSchema;

/// Where a job stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum JobState {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// Held.
    Paused,
    /// Done; the source can be found.
    Succeeded,
    /// Given up.
    Failed,
    /// Stopped by its owner.
    Cancelled,
}

/// The steps of a job, in order.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum JobStage {
    /// Getting the bytes.
    Fetching,
    /// Getting the text out of them.
    Extracting,
    /// Cutting the text into passages.
    Splitting,
    /// Making the passages found by their words.
    Indexing,
    /// Making the passages found by their meaning, where a model for that is configured.
    Embedding,
}

/// Why a job failed.
#[derive(ToSchema)]
pub(crate) struct JobError {
    /// For programs.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}
