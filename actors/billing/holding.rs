//! The credits that this process holds of one account, as a plain value.
//!
//! Everything follows from five numbers that only this process changes. What is free is never stored but reckoned, so
//! that it can't drift from them: what was granted, less what was given back, spent, and held for answers under way.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use crate::ports::Tally;

/// Whether credits are limited at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Only granted credits may be used, until the lease ends.
    #[default]
    Limited,
    /// Every credit may be used, and none is asked for.
    Unlimited,
}

/// The credits of one account in this process. Moments are counted from any fixed one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holding {
    mode: Mode,
    tally: Tally,
    reserved: u64,
    taken: u64,
    settled: u64,
    valid_until: Duration,
}

impl Holding {
    /// A holding of so many credits that never ends.
    #[must_use]
    pub(super) fn of(credits: u64) -> Self {
        let tally = Tally { granted: credits, ..Tally::default() };
        Self { tally, valid_until: Duration::MAX, ..Self::default() }
    }

    /// Credits that are free here; negative while more is under way than was granted, as after a plan got a limit.
    #[must_use]
    pub(super) const fn free(&self) -> i64 {
        match self.mode {
            Mode::Limited => self.tally.outstanding() - self.reserved.cast_signed(),
            Mode::Unlimited => i64::MAX,
        }
    }

    /// Free credits that may be used at this moment.
    #[must_use]
    pub(super) const fn usable(&self, now: Duration) -> u64 {
        let free = self.free();
        if matches!(self.mode, Mode::Limited) && now.as_nanos() >= self.valid_until.as_nanos() || free < 0 {
            0
        } else {
            free.cast_unsigned()
        }
    }

    /// Takes one credit; whether there was one.
    #[must_use]
    pub(super) const fn reserve(&mut self, now: Duration) -> bool {
        let usable = self.usable(now) > 0;
        if usable {
            self.reserved += 1;
            self.taken += 1;
        }
        usable
    }

    /// Gives one back that was taken.
    pub(super) const fn release(&mut self) {
        self.reserved = self.reserved.saturating_sub(1);
    }

    /// Spends one that was taken: its answer is stored.
    pub(super) const fn settle(&mut self) {
        self.settled += 1;
        self.doubt();
    }

    /// Nobody knows whether the answer of one that was taken is stored. It is not used again here; the ledger, which
    /// knows, frees it with the next claim if it is not spent.
    pub(super) const fn doubt(&mut self) {
        self.reserved = self.reserved.saturating_sub(1);
        if matches!(self.mode, Mode::Limited) {
            self.tally.settled += 1;
        }
    }

    /// Credits held for answers under way.
    #[must_use]
    pub(super) const fn reserved(&self) -> u64 {
        self.reserved
    }

    /// Answers settled since the process began, with or without a limit.
    #[must_use]
    pub(super) const fn settled(&self) -> u64 {
        self.settled
    }

    /// Credits taken since the process began: it stands still while the account is idle.
    #[must_use]
    pub(super) const fn taken(&self) -> u64 {
        self.taken
    }

    /// What the ledger is told.
    #[must_use]
    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether the ledger counts credits as out with this process.
    #[must_use]
    pub(super) const fn is_out(&self) -> bool {
        matches!(self.mode, Mode::Limited) && self.tally.outstanding() > 0
    }

    /// Sets aside all free credits to be given back.
    pub(super) fn give_back(&mut self) {
        if self.mode == Mode::Limited {
            self.tally.returned += u64::try_from(self.free()).unwrap_or(0);
        }
    }

    /// How many credits to want so that a block is free afterwards. Credits of a lease that has ended are others' now:
    /// they are given back first.
    #[must_use]
    pub(super) fn want(&mut self, block: NonZeroU32, now: Duration) -> Option<NonZeroU64> {
        if now >= self.valid_until {
            self.give_back();
        }
        let wanted = i64::from(block.get()).saturating_sub(self.free());
        NonZeroU64::new(u64::try_from(wanted).unwrap_or(0))
    }

    /// Takes what the ledger counts, with the moment until which the credits stay here.
    pub(super) fn learn(&mut self, ledger: Tally, valid_until: Duration) {
        self.tally.granted = self.tally.granted.max(ledger.granted);
        self.tally.returned = self.tally.returned.max(ledger.returned);
        self.valid_until = valid_until;
    }

    /// The lease was renewed, unless it has ended before.
    pub(super) fn extend(&mut self, now: Duration, valid_until: Duration) {
        if now < self.valid_until {
            self.valid_until = self.valid_until.max(valid_until);
        }
    }

    /// Sets or lifts the limit. Without one the ledger counts nothing as out; with a new one, answers under way are the
    /// first that the next grant pays for.
    pub(super) fn set_mode(&mut self, mode: Mode) {
        if self.mode != mode {
            self.mode = mode;
            self.tally = Tally::default();
            self.valid_until = Duration::ZERO;
        }
    }
}
