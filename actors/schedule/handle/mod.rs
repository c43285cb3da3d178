//! What the schedule can be told, and what it tells.

mod claim_jobs;
mod leave;

pub use claim_jobs::ClaimJobs;
