//! Time and chance under a test's control.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::TimeDelta;
use tokio::time::Instant;

use crate::model::Timestamp;
use crate::ports::{Clock, Dice};

/// The time of day, moving with tokio's clock: both stand still until everybody waits.
#[derive(Debug)]
pub struct VirtualClock {
    began: Instant,
    origin: Timestamp,
    leapt_us: AtomicI64,
}

impl VirtualClock {
    /// A clock that shows `origin` now.
    #[must_use]
    pub fn at(origin: Timestamp) -> Self {
        Self { began: Instant::now(), origin, leapt_us: AtomicI64::new(0) }
    }

    /// Moves the time of day without moving any timer.
    pub fn leap(&self, by: TimeDelta) {
        self.leapt_us.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let elapsed = TimeDelta::from_std(self.began.elapsed()).unwrap_or_default();
        self.origin + elapsed + TimeDelta::microseconds(self.leapt_us.load(Ordering::Relaxed))
    }
}

/// Chance that is the same in each run: Vigna's SplitMix64.
#[derive(Debug)]
pub struct SeededDice(AtomicU64);

impl SeededDice {
    /// A sequence that follows from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Dice for SeededDice {
    fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
