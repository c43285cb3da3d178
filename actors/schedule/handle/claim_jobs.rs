//! It is time to look for jobs.

use actix::Message;

/// Take jobs that wait, and run them.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct ClaimJobs;
