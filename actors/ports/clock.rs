//! Time.

use crate::model::Timestamp;

/// Tells the time of day. Durations are measured by tokio's clock, which tests can pause.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
