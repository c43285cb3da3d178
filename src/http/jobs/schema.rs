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

/// How many pages a run over a site has come across.
#[derive(ToSchema)]
pub(crate) struct PageCounts {
    /// Pages that are known.
    pub found: u32,
    /// Pages of those that this run is done with.
    pub settled: u32,
    /// Pages whose text can be found.
    pub read: u32,
    /// Pages that could not be read lately.
    pub failed: u32,
    /// Pages that are not for reading.
    pub skipped: u32,
    /// Bytes that were fetched.
    pub fetched_bytes: u64,
    /// Seconds at work.
    pub seconds: u64,
    /// What kept the run from reading all that there is.
    pub stopped_by: Option<StoppedBy>,
}

/// What keeps a run from reading all of a site.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum StoppedBy {
    /// There are more pages than may be read.
    Pages,
    /// There is more than may be fetched.
    FetchedBytes,
    /// It takes longer than it may.
    Time,
    /// The plan allows no more text.
    StoredBytes,
}
