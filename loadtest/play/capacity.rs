//! What a server completes a second when each visitor writes again as soon as it is answered: the measure of phases that
//! are so many percent of it.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::scenario::RATE_MAX;

/// What the last saturated phase has shown.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Capacity {
    items_per_second: f64,
}

impl Capacity {
    /// A saturated phase completed so many items.
    pub(super) fn of(items: u64, duration: Duration) -> Self {
        Self { items_per_second: items as f64 / duration.as_secs_f64() }
    }

    /// The rate that is so many hundredths of it; none of a server that completed nothing.
    pub(super) fn percent(self, percent: NonZeroU32) -> Option<NonZeroU32> {
        let rate = self.items_per_second * f64::from(percent.get()) / 100.0;
        // The bound keeps it within what an integer holds.
        NonZeroU32::new(rate.min(f64::from(RATE_MAX)).ceil() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_part_of_what_was_completed() {
        let capacity = Capacity::of(3_000, Duration::from_secs(2));
        let rate = |percent| capacity.percent(NonZeroU32::new(percent).unwrap()).map(NonZeroU32::get);
        assert_eq!((rate(100), rate(300), rate(90)), (Some(1_500), Some(4_500), Some(1_350)));
    }

    #[test]
    fn nothing_completed_is_no_measure() {
        assert_eq!(Capacity::of(0, Duration::from_secs(2)).percent(NonZeroU32::MIN), None);
    }
}
