//! Plans, usage and the credits that processes hold, as they are stored.

use std::num::NonZeroU64;
use std::time::Duration;

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

/// What became of the credits that one process was granted for one account. The numbers only grow, so that both sides
/// can take the larger one: a call that is repeated, or whose reply was lost, changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Credits granted.
    pub granted: u64,
    /// Credits given back unused.
    pub returned: u64,
    /// Answers stored.
    pub settled: u64,
}

impl Tally {
    /// Credits that are out. Negative where answers were stored for which no credit was granted yet: the next grant
    /// pays for them.
    #[must_use]
    pub const fn outstanding(&self) -> i64 {
        self.granted.cast_signed() - self.returned.cast_signed() - self.settled.cast_signed()
    }

    /// The larger of each number.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            granted: self.granted.max(other.granted),
            returned: self.returned.max(other.returned),
            settled: self.settled.max(other.settled),
        }
    }
}

/// What this process wants of an account's credits, and what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseClaim {
    /// Whose credits.
    pub account: AccountId,
    /// When the period began.
    pub since: Timestamp,
    /// What this process knows of its credits.
    pub tally: Tally,
    /// Credits wanted beyond `tally.granted`; none only reports.
    pub wanted: Option<NonZeroU64>,
    /// What is asked of other processes when nothing is free.
    pub recall: Recall,
    /// How long the credits stay with a process that is silent.
    pub lasts: Duration,
}

/// What is asked of other processes when nothing is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recall {
    /// To give back what they don't use.
    Begin,
    /// Nothing further: they were asked, and their answer is awaited.
    Await,
}

/// What the ledger answers to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseGrant {
    /// The account's plan, and what all processes have settled.
    pub usage: PeriodUsage,
    /// This process's credits, with what was granted now.
    pub tally: Tally,
    /// Whether other processes may still give some back.
    pub others: Others,
}

/// Whether other processes may still give credits back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// At least one was asked and has not answered.
    Asked,
    /// All that hold credits have answered: what they hold is in use.
    Answered,
}

/// A lease that lasts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// Whose credits.
    pub account: AccountId,
    /// Whether another process wants what is not used here.
    pub wanted_elsewhere: WantedElsewhere,
}

/// Whether another process wants credits of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedElsewhere {
    /// Those that are not used should be given back.
    Yes,
    /// They may stay.
    No,
}

/// Where plans, usage and leases are kept: the only place that decides who gets a credit.
///
/// A credit is in one of three places: free, out with a process, or spent on a stored answer. Storing an answer's usage
/// row takes it from the second to the third in the journal's own transaction; a lease that ends takes what is out back
/// to the first.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The account's plan and its usage since `since`, or none for an account that doesn't exist.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn period(&self, account: AccountId, since: Timestamp) -> Result<Option<PeriodUsage>, PortError>;

    /// Takes what this process gives back, and grants as much of what it wants as is free, in one transaction: over
    /// all processes, what is settled and what is out never exceeds the plan. None for an account that doesn't exist.
    ///
    /// A claim may be repeated after a failure; what was granted before counts.
    ///
    /// # Errors
    /// When the store can't be written, or it is unknown whether it was.
    async fn claim(&self, claim: &LeaseClaim) -> Result<Option<LeaseGrant>, PortError>;

    /// Renews this process's leases, and names those that it renewed: the ones that are about to end, and the ones that
    /// others want back. A lease that has ended stays ended.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn renew(&self, lasts: Duration) -> Result<Vec<Renewed>, PortError>;

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
