//! Jobs in memory, with the rules of a real store.

use async_trait::async_trait;

use super::MemoryStore;
use crate::model::{Job, JobId, JobState, Timestamp};
use crate::ports::{DueSource, Jobs, JobsClaimed, PortError};

impl MemoryStore {
    /// Stores a job that waits.
    pub fn put_job(&self, job: Job) {
        self.tables().jobs.insert(job.job_id, job);
    }

    /// A source's time to be read again has come.
    pub fn put_due(&self, due: DueSource) {
        self.tables().due.push(due);
    }

    /// A job's row.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<Job> {
        self.tables().jobs.get(&id).cloned()
    }

    /// A job that was paused waits for its turn again.
    pub fn resume_job(&self, id: JobId) {
        let mut tables = self.tables();
        tables.claimed.remove(&id);
        if let Some(job) = tables.jobs.get_mut(&id) {
            job.state = JobState::Queued;
        }
    }

    /// How many jobs have ended.
    #[must_use]
    pub fn ended_jobs(&self) -> usize {
        self.tables().jobs.values().filter(|job| job.state.is_final()).count()
    }

    /// Every state in which jobs were saved, in order.
    #[must_use]
    pub fn saved_jobs(&self) -> Vec<Job> {
        self.tables().saved.clone()
    }

    /// Whether somebody has said that a job is still at work.
    #[must_use]
    pub fn is_renewed(&self, id: JobId) -> bool {
        self.tables().renewed.contains(&id)
    }

    /// Jobs that were claimed and are neither final nor given back.
    #[must_use]
    pub fn unfinished_jobs(&self) -> Vec<Job> {
        let tables = self.tables();
        let claimed = tables.claimed.iter().filter_map(|id| tables.jobs.get(id));
        claimed.filter(|job| !job.state.is_final()).cloned().collect()
    }
}

#[async_trait]
impl Jobs for MemoryStore {
    async fn find(&self, job: JobId) -> Result<Option<Job>, PortError> {
        self.jobs.pass().await?;
        Ok(self.job(job))
    }

    async fn claim(&self, limit: u32) -> Result<JobsClaimed, PortError> {
        self.jobs.pass().await?;
        let mut tables = self.tables();
        let waiting = tables.jobs.values().filter(|job| job.state == JobState::Queued);
        let free = waiting.filter(|job| !tables.claimed.contains(&job.job_id));
        let mut claimed: Vec<Job> = free.cloned().collect();
        claimed.sort_by_key(|job| (job.updated_at, job.job_id));
        claimed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        tables.claimed.extend(claimed.iter().map(|job| job.job_id));
        Ok(claimed)
    }

    async fn renew(&self, jobs: &[JobId]) -> Result<(), PortError> {
        self.jobs.pass().await?;
        self.tables().renewed.extend(jobs);
        Ok(())
    }

    async fn save(&self, job: &Job) -> Result<(), PortError> {
        self.jobs.pass().await?;
        let mut tables = self.tables();
        if job.state == JobState::Queued {
            tables.claimed.remove(&job.job_id);
        }
        tables.saved.push(job.clone());
        tables.jobs.insert(job.job_id, job.clone());
        Ok(())
    }

    async fn due(&self, _: Timestamp, limit: u32) -> Result<Vec<DueSource>, PortError> {
        self.jobs.pass().await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.tables().due.iter().take(limit).cloned().collect())
    }

    async fn queue_again(&self, job: &Job, due: &DueSource) -> Result<(), PortError> {
        self.jobs.pass().await?;
        let mut tables = self.tables();
        let waiting = tables.due.len();
        tables.due.retain(|other| other != due);
        if tables.due.len() < waiting {
            tables.jobs.insert(job.job_id, job.clone());
        }
        Ok(())
    }
}
