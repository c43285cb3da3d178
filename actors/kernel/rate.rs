//! A token bucket as a plain value: time goes in, a verdict comes out.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// How many in which time, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Permits in a minute.
    pub per_minute: NonZeroU32,
    /// Permits at once after a quiet time.
    pub burst: NonZeroU32,
}

/// When the next permit is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refill(pub Duration);

/// The generic cell rate algorithm (ITU-T I.371): one moment instead of a count of tokens.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenBucket {
    /// When the bucket would be full again, in microseconds since the epoch.
    full_at_us: i64,
}

impl TokenBucket {
    /// Takes one permit.
    ///
    /// # Errors
    /// When there is none; the value says when there will be one.
    pub fn take(&mut self, pace: Pace, now: Timestamp) -> Result<(), Refill> {
        let interval = 60_000_000 / i64::from(pace.per_minute.get());
        let tolerance = interval * i64::from(pace.burst.get() - 1);
        let now = now.timestamp_micros();
        let earliest = self.full_at_us - tolerance;
        if now < earliest {
            let wait = u64::try_from(earliest - now).unwrap_or(0);
            return Err(Refill(Duration::from_micros(wait)));
        }
        self.full_at_us = self.full_at_us.max(now) + interval;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn pace(per_minute: u32, burst: u32) -> Pace {
        Pace { per_minute: NonZeroU32::new(per_minute).unwrap(), burst: NonZeroU32::new(burst).unwrap() }
    }

    #[test]
    fn a_burst_is_let_through_and_the_next_waits_for_one_interval() {
        let (mut bucket, now) = (TokenBucket::default(), Timestamp::UNIX_EPOCH + TimeDelta::days(1));
        for _ in 0..3 {
            assert_eq!(bucket.take(pace(60, 3), now), Ok(()));
        }
        assert_eq!(bucket.take(pace(60, 3), now), Err(Refill(Duration::from_secs(1))));
        assert_eq!(bucket.take(pace(60, 3), now + TimeDelta::seconds(1)), Ok(()));
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_gives_more_than_the_burst_and_the_rate(
            gaps in prop::collection::vec(0_i64..3_000_000, 1..300), per_minute in 1_u32..6_000, burst in 1_u32..50,
        ) {
            let (pace, start) = (pace(per_minute, burst), Timestamp::UNIX_EPOCH + TimeDelta::days(1));
            let (mut bucket, mut now, mut granted) = (TokenBucket::default(), start, 0_i64);
            for gap in gaps {
                now += TimeDelta::microseconds(gap);
                granted += i64::from(bucket.take(pace, now).is_ok());
            }
            let elapsed = (now - start).num_microseconds().unwrap();
            let interval = 60_000_000 / i64::from(per_minute);
            prop_assert!(granted <= i64::from(burst) + elapsed / interval + 1);
        }
    }
}
