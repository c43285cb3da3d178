//! When each arrival is due: a fixed rate that no stall of the server or of this program can stretch.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

const NANOSECONDS_PER_SECOND: u128 = 1_000_000_000;

/// Arrivals 0, 1, 2… at a constant rate.
///
/// Each moment is computed from the start and not from the moment before, so that roundings do not add up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    /// When arrival 0 is due.
    start: Instant,
    /// Arrivals a second.
    rate: NonZeroU32,
    /// How many arrivals there are.
    total: u64,
}

impl Schedule {
    /// `total` arrivals at `rate` a second.
    pub(crate) fn new(start: Instant, rate: NonZeroU32, total: u64) -> Self {
        Self { start, rate, total }
    }

    /// As many arrivals at `rate` a second as begin within `duration`.
    pub(crate) fn lasting(start: Instant, rate: NonZeroU32, duration: Duration) -> Self {
        let arrivals = (duration.as_nanos() * u128::from(rate.get())).div_ceil(NANOSECONDS_PER_SECOND);
        Self::new(start, rate, u64::try_from(arrivals).unwrap_or(u64::MAX))
    }

    /// How many arrivals there are.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// When arrival `index` is due.
    pub(crate) fn at(&self, index: u64) -> Instant {
        let offset = u128::from(index) * NANOSECONDS_PER_SECOND / u128::from(self.rate.get());
        self.start + Duration::from_nanos(u64::try_from(offset).unwrap_or(u64::MAX))
    }

    /// How many arrivals are due by `now`: the index of the first one that is not.
    pub(crate) fn due(&self, now: Instant) -> u64 {
        let Some(elapsed) = now.checked_duration_since(self.start) else { return 0 };
        // Arrival i is due once i·10⁹ < (elapsed + 1)·rate, which is `at` solved for i with its rounding down.
        let arrivals =
            ((elapsed.as_nanos() + 1) * u128::from(self.rate.get())).div_ceil(NANOSECONDS_PER_SECOND);
        u64::try_from(arrivals).unwrap_or(u64::MAX).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(arrivals: u32) -> NonZeroU32 {
        NonZeroU32::new(arrivals).unwrap()
    }

    #[test]
    fn a_rate_and_a_duration_make_that_many_arrivals() {
        let start = Instant::now();
        assert_eq!(Schedule::lasting(start, rate(1_000), Duration::from_secs(10)).total(), 10_000);
        assert_eq!(Schedule::lasting(start, rate(3), Duration::from_millis(500)).total(), 2);
        assert_eq!(Schedule::lasting(start, rate(1), Duration::from_millis(1)).total(), 1);
    }

    #[test]
    fn nothing_is_due_before_the_start_and_one_arrival_at_it() {
        let start = Instant::now() + Duration::from_secs(60);
        let schedule = Schedule::new(start, rate(10), 5);
        assert_eq!(schedule.due(start - Duration::from_nanos(1)), 0);
        assert_eq!(schedule.due(start), 1);
    }

    #[test]
    fn each_arrival_is_due_at_its_moment_and_not_a_nanosecond_before() {
        let start = Instant::now();
        for arrivals in [1, 3, 7, 1_000, 30_000, 999_983] {
            let schedule = Schedule::new(start, rate(arrivals), u64::MAX);
            for index in [1, 2, 3, 1_000, 12_345_678] {
                let moment = schedule.at(index);
                assert!(schedule.due(moment) > index, "{arrivals}/s: {index} is late");
                assert!(
                    schedule.due(moment - Duration::from_nanos(1)) <= index,
                    "{arrivals}/s: {index} is early"
                );
            }
        }
    }

    #[test]
    fn roundings_do_not_add_up() {
        let start = Instant::now();
        let schedule = Schedule::new(start, rate(3), u64::MAX);
        assert_eq!(schedule.at(3_000_000), start + Duration::from_secs(1_000_000));
    }

    #[test]
    fn after_a_stall_all_that_was_missed_is_due_at_once() {
        let start = Instant::now();
        let schedule = Schedule::new(start, rate(100), 1_000);
        assert_eq!(schedule.due(start + Duration::from_secs(2)), 201);
        assert_eq!(schedule.due(start + Duration::from_secs(3_600)), 1_000);
    }
}
