//! What an account may still lend, as a plain value: never more than the plan allows, never less than is free.

use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate};

use crate::model::Timestamp;

/// A month of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingState {
    period: Timestamp,
    plan_name: String,
    limit: Option<u64>,
    used: u64,
    lent: u64,
}

/// Nothing is left in this period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhausted {
    /// The plan's limit.
    pub limit: u64,
    /// The plan's name.
    pub plan_name: String,
    /// When the next period begins.
    pub renewed_at: Timestamp,
}

impl BillingState {
    /// A period that began at `period`, with `used` answers settled before and `lent` of them still out.
    #[must_use]
    pub const fn new(period: Timestamp, plan_name: String, limit: Option<u64>, used: u64) -> Self {
        Self { period, plan_name, limit, used, lent: 0 }
    }

    /// The plan's limit; none is unlimited.
    #[must_use]
    pub const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Counts credits that were lent before this life and are still held.
    pub const fn acknowledge(&mut self, held: u64) {
        self.lent += held;
    }

    /// Lends up to `block` credits; fewer near the limit.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn lend(&mut self, block: NonZeroU32) -> Result<u64, Exhausted> {
        let Some(limit) = self.limit else { return Ok(u64::from(block.get())) };
        let left = limit.saturating_sub(self.used).saturating_sub(self.lent);
        if left == 0 {
            let renewed_at = next_period(self.period);
            return Err(Exhausted { limit, plan_name: self.plan_name.clone(), renewed_at });
        }
        let credits = u64::from(block.get()).min(left.div_ceil(4));
        self.lent += credits;
        Ok(credits)
    }

    /// Takes back credits that were lent and not used.
    pub const fn take_back(&mut self, credits: u64) {
        self.lent = self.lent.saturating_sub(credits);
    }

    /// Whether `now` belongs to a later period.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        period_of(now) > self.period
    }
}

/// The beginning of the calendar month, UTC.
#[must_use]
pub fn period_of(now: Timestamp) -> Timestamp {
    first_of(now.year(), now.month()).unwrap_or(now)
}

fn next_period(period: Timestamp) -> Timestamp {
    let (year, month) =
        if period.month() == 12 { (period.year() + 1, 1) } else { (period.year(), period.month() + 1) };
    first_of(year, month).unwrap_or(period)
}

fn first_of(year: i32, month: u32) -> Option<Timestamp> {
    Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?.and_utc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state(limit: u64, used: u64) -> BillingState {
        BillingState::new(Timestamp::UNIX_EPOCH, "Free".into(), Some(limit), used)
    }

    const BLOCK: NonZeroU32 = NonZeroU32::new(256).unwrap();

    #[test]
    fn the_last_credit_is_lent_and_then_nothing_is() {
        let mut state = state(100, 99);
        assert_eq!(state.lend(BLOCK), Ok(1));
        let refused = state.lend(BLOCK).unwrap_err();
        assert_eq!((refused.limit, refused.renewed_at), (100, first_of(1970, 2).unwrap()));
    }

    #[test]
    fn the_period_after_december_is_january() {
        assert_eq!(next_period(first_of(2026, 12).unwrap()), first_of(2027, 1).unwrap());
    }

    proptest! {
        #[test]
        fn lent_and_used_never_exceed_the_limit_and_every_credit_can_be_had(
            limit in 0_u64..5_000, used in 0_u64..5_000, returns in prop::collection::vec(0_u64..300, 0..100),
        ) {
            let mut state = state(limit, used);
            let mut out = 0;
            for back in returns {
                if let Ok(credits) = state.lend(BLOCK) {
                    prop_assert!(credits > 0);
                    out += credits;
                    prop_assert!(used + out <= limit);
                } else {
                    prop_assert!(used + out >= limit);
                }
                let back = back.min(out);
                state.take_back(back);
                out -= back;
            }
            while let Ok(credits) = state.lend(BLOCK) { out += credits; }
            prop_assert_eq!(out, limit.saturating_sub(used));
        }
    }
}
