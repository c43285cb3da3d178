//! Credits lent to this process: taken and given back without a mailbox, counted without a gap.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::holding::{Holding, Mode};
use crate::model::{AccountId, Timestamp};
use crate::ports::{LeaseClaim, LeaseGrant, Recall, Tally};

/// A lease is trusted for so many sixths of the time that the ledger grants it: the rest is for clocks that run
/// differently and for answers that are under way when it ends.
const TRUSTED_SIXTHS: u32 = 5;

/// The credits of one account that this process may spend. The account's actor claims; sessions reserve.
#[derive(Debug)]
pub struct Lease {
    began: Instant,
    holding: Mutex<Holding>,
}

/// One credit, held for one answer. Dropping it gives the credit back.
#[derive(Debug)]
pub struct Reservation {
    lease: Arc<Lease>,
    end: End,
}

/// How a reservation ends when it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Released,
    Settled,
    InDoubt,
}

/// What a lease holds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseCount {
    /// Free credits.
    pub available: u64,
    /// Credits held for answers under way.
    pub reserved: u64,
    /// Answers settled since the process began.
    pub settled: u64,
}

/// A moment from which a lease's time is counted: the ledger can only have granted it later.
#[derive(Debug, Clone, Copy)]
pub struct AskedAt(Duration);

impl Default for Lease {
    fn default() -> Self {
        Self::with(Holding::default())
    }
}

impl Lease {
    /// A lease that holds so many credits from the beginning, for as long as the process lives.
    #[must_use]
    pub fn of(credits: u64) -> Self {
        Self::with(Holding::of(credits))
    }

    fn with(holding: Holding) -> Self {
        Self { began: Instant::now(), holding: Mutex::new(holding) }
    }

    /// Takes one credit, if there is one.
    #[must_use]
    pub fn reserve(self: &Arc<Self>) -> Option<Reservation> {
        let now = self.now();
        let taken = self.holding().reserve(now);
        taken.then(|| Reservation { lease: Arc::clone(self), end: End::Released })
    }

    /// What it holds now.
    #[must_use]
    pub fn count(&self) -> LeaseCount {
        let now = self.now();
        let holding = self.holding();
        LeaseCount {
            available: holding.usable(now),
            reserved: holding.reserved(),
            settled: holding.settled(),
        }
    }

    /// Whether the ledger counts credits as out with this process, so that the lease must be renewed.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.holding().is_out()
    }

    /// The moment of now.
    #[must_use]
    pub fn asked_now(&self) -> AskedAt {
        AskedAt(self.now())
    }

    /// The lease was renewed by a call that began at `asked`.
    pub(crate) fn extend(&self, asked: AskedAt, lasts: Duration) {
        let now = self.now();
        self.holding().extend(now, asked.trusted(lasts));
    }

    /// Sets all free credits aside, to be given back with the next claim.
    pub(super) fn give_back(&self) {
        self.holding().give_back();
    }

    /// A claim for so many credits that a `block` is free after it; without one it only reports.
    pub(super) fn claim(&self, of: ClaimOf, block: Option<NonZeroU32>) -> (LeaseClaim, AskedAt) {
        let now = self.now();
        let mut holding = self.holding();
        let wanted = block.and_then(|block| holding.want(block, now));
        let ClaimOf { account, since, recall, lasts } = of;
        (LeaseClaim { account, since, tally: holding.tally(), wanted, recall, lasts }, AskedAt(now))
    }

    /// Takes the ledger's answer to a claim; the tally that the ledger has not heard of yet stays to be told.
    pub(super) fn learn(&self, grant: &LeaseGrant, asked: AskedAt, lasts: Duration) {
        let mut holding = self.holding();
        match grant.usage.plan.answers_per_month {
            None => holding.set_mode(Mode::Unlimited),
            Some(_) => {
                holding.set_mode(Mode::Limited);
                holding.learn(grant.tally, asked.trusted(lasts));
            }
        }
    }

    /// Lifts or sets the limit, as the plan says.
    pub(super) fn follow(&self, limit: Option<u64>) {
        let mode = if limit.is_some() { Mode::Limited } else { Mode::Unlimited };
        self.holding().set_mode(mode);
    }

    /// Credits taken since the process began.
    pub(super) fn taken(&self) -> u64 {
        self.holding().taken()
    }

    /// What the ledger is told.
    pub(super) fn tally(&self) -> Tally {
        self.holding().tally()
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn holding(&self) -> MutexGuard<'_, Holding> {
        self.holding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a claim is about, beside the numbers that the lease itself knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClaimOf {
    pub(super) account: AccountId,
    pub(super) since: Timestamp,
    pub(super) recall: Recall,
    pub(super) lasts: Duration,
}

impl AskedAt {
    fn trusted(self, lasts: Duration) -> Duration {
        self.0.saturating_add(lasts / 6 * TRUSTED_SIXTHS)
    }
}

impl Reservation {
    /// Uses the credit up.
    pub fn settle(mut self) {
        self.end = End::Settled;
    }

    /// Nobody knows whether the answer was stored: the ledger decides.
    pub fn doubt(mut self) {
        self.end = End::InDoubt;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut holding = self.lease.holding();
        match self.end {
            End::Released => holding.release(),
            End::Settled => holding.settle(),
            End::InDoubt => holding.doubt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_race_for_the_last_credits_get_exactly_as_many_as_there_are() {
        let lease = Arc::new(Lease::of(100));
        let taken: usize = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| {
                    let lease = Arc::clone(&lease);
                    scope.spawn(move || {
                        let held: Vec<_> = (0..50).filter_map(|_| lease.reserve()).collect();
                        let count = held.len();
                        held.into_iter().for_each(Reservation::settle);
                        count
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(taken, 100);
        assert_eq!(lease.count(), LeaseCount { available: 0, reserved: 0, settled: 100 });
    }

    #[test]
    fn a_dropped_reservation_is_free_again() {
        let lease = Arc::new(Lease::of(1));
        let held = lease.reserve();
        assert!(held.is_some() && lease.reserve().is_none());
        drop(held);
        assert!(lease.reserve().is_some());
    }
}
