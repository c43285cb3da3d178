//! What the schedule tells: it takes no messages beside its own timers.

mod claim_jobs;

pub use claim_jobs::ClaimJobs;
