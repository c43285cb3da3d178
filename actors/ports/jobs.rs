//! Ingestion jobs as they are stored.

use async_trait::async_trait;

use super::PortError;
use crate::model::{AccountId, ChatbotId, Job, JobId, JobKind, SourceId, Timestamp};

/// Jobs that are this process's to run.
pub type JobsClaimed = Vec<Job>;

/// A source that is to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSource {
    /// The source.
    pub source_id: SourceId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What reading means for it.
    pub kind: JobKind,
    /// Its latest job, which has ended.
    pub latest: JobId,
}

/// Where jobs are kept.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// The job.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn find(&self, job: JobId) -> Result<Option<Job>, PortError>;

    /// Takes up to `limit` jobs that wait or were left by a process that died, oldest first, one account not
    /// before another that has fewer running.
    ///
    /// # Errors
    /// When the store can't be read or written.
    async fn claim(&self, limit: u32) -> Result<JobsClaimed, PortError>;

    /// Says that this process lives and still runs these jobs; a claim that nobody renews runs out, and another process
    /// takes the job.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn renew(&self, jobs: &[JobId]) -> Result<(), PortError>;

    /// Stores state, stage, progress, error and attempts, unless another process has taken the job meanwhile.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn save(&self, job: &Job) -> Result<(), PortError>;

    /// Sources whose time to be read again has come and that nobody reads, at most `limit`.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSource>, PortError>;

    /// Stores a job for a source that is due, unless another process was first, and when it is due next.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn queue_again(&self, job: &Job, due: &DueSource) -> Result<(), PortError>;
}
