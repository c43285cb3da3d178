//! Plans and usage as they are stored.

use async_trait::async_trait;

use super::PortError;
use crate::model::{AccountId, Plan, Timestamp};

/// What an account may use and has used since `since`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodUsage {
    /// The plan in force.
    pub plan: Plan,
    /// Answers settled in the period.
    pub answers: u64,
}

/// Where plans and usage are kept.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The account's plan and its usage since `since`, or none for an account that doesn't exist.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn period(&self, account: AccountId, since: Timestamp) -> Result<Option<PeriodUsage>, PortError>;

    /// Sums the usage rows of closed hours into the roll-ups, and says how many roll-ups it wrote. Safe to repeat.
    ///
    /// # Errors
    /// When the store can't be read or written.
    async fn roll_up(&self, now: Timestamp) -> Result<u64, PortError>;

    /// Prepares the tables for the months to come, where the store keeps one partition a month.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn prepare_partitions(&self, now: Timestamp) -> Result<(), PortError>;
}
