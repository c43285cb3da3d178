//! Ingestion jobs as they are stored.

use async_trait::async_trait;

use super::PortError;
use crate::model::{Job, JobId};

/// Jobs that are this process's to run.
pub type JobsClaimed = Vec<Job>;

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
}
