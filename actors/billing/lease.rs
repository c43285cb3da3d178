//! Credits lent to this process: taken and given back without a mailbox, counted without a gap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The credits of one account that this process may spend. The account's actor grants; sessions reserve.
#[derive(Debug, Default)]
pub struct Lease {
    unlimited: AtomicBool,
    available: AtomicU64,
    reserved: AtomicU64,
    settled: AtomicU64,
}

/// One credit, held for one answer. Dropping it gives the credit back; [`Reservation::settle`] uses it up.
#[derive(Debug)]
pub struct Reservation {
    lease: Arc<Lease>,
    from_unlimited: bool,
    settled: bool,
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

impl Lease {
    /// A lease that holds so many credits from the beginning.
    #[must_use]
    pub fn of(credits: u64) -> Self {
        Self { available: AtomicU64::new(credits), ..Self::default() }
    }

    /// Takes one credit, if there is one.
    #[must_use]
    pub fn reserve(self: &Arc<Self>) -> Option<Reservation> {
        let from_unlimited = self.unlimited.load(Ordering::Acquire);
        if !from_unlimited {
            let less_one = |available: u64| available.checked_sub(1);
            self.available.fetch_update(Ordering::AcqRel, Ordering::Acquire, less_one).ok()?;
        }
        self.reserved.fetch_add(1, Ordering::AcqRel);
        Some(Reservation { lease: Arc::clone(self), from_unlimited, settled: false })
    }

    /// What it holds now.
    #[must_use]
    pub fn count(&self) -> LeaseCount {
        LeaseCount {
            available: self.available.load(Ordering::Acquire),
            reserved: self.reserved.load(Ordering::Acquire),
            settled: self.settled.load(Ordering::Acquire),
        }
    }

    /// Adds credits.
    pub(super) fn grant(&self, credits: u64) {
        self.available.fetch_add(credits, Ordering::AcqRel);
    }

    /// Takes all free credits back and says how many there were.
    pub(super) fn recall(&self) -> u64 {
        self.available.swap(0, Ordering::AcqRel)
    }

    /// Lifts or sets the limit.
    pub(super) fn set_unlimited(&self, unlimited: bool) {
        self.unlimited.store(unlimited, Ordering::Release);
    }
}

impl Reservation {
    /// Uses the credit up.
    pub fn settle(mut self) {
        self.settled = true;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let lease = &self.lease;
        if self.settled {
            lease.settled.fetch_add(1, Ordering::AcqRel);
        } else if !self.from_unlimited {
            lease.available.fetch_add(1, Ordering::AcqRel);
        }
        lease.reserved.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_race_for_the_last_credits_get_exactly_as_many_as_there_are() {
        let lease = Arc::new(Lease::default());
        lease.grant(100);
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
        let lease = Arc::new(Lease::default());
        lease.grant(1);
        let held = lease.reserve();
        assert!(held.is_some() && lease.reserve().is_none());
        drop(held);
        assert!(lease.reserve().is_some());
    }
}
