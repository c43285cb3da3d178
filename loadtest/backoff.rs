//! How long a client waits before it comes back, as the published clients of the Centrifugal protocol do: growing, and
//! drawn by lot, so that those who lost their sockets together don't come back together.

use std::time::Duration;

/// The shortest wait.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// The longest.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// Past this many attempts the bound of the draw no longer grows; it has reached [`WAIT_MAX`] before.
const DOUBLINGS_MAX: u32 = 16;

/// The waits after one loss of a socket. The same seed gives the same waits, so that a run can be repeated.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    attempts: u32,
    state: u64,
}

impl Backoff {
    /// The waits that a seed gives.
    pub(crate) fn new(seed: u64) -> Self {
        Self { attempts: 0, state: seed }
    }

    /// The next wait: the shortest one and up to as much again, doubled with each attempt ("full jitter").
    pub(crate) fn wait(&mut self) -> Duration {
        let bound = WAIT_MIN.saturating_mul(1 << self.attempts.min(DOUBLINGS_MAX)).min(WAIT_MAX);
        self.attempts += 1;
        let milliseconds = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        let drawn = Duration::from_millis(self.draw() % (milliseconds + 1));
        (WAIT_MIN + drawn).min(WAIT_MAX)
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_within_their_bounds() {
        let mut backoff = Backoff::new(7);
        let first = backoff.wait();
        assert!((WAIT_MIN..=WAIT_MIN * 2).contains(&first), "{first:?}");
        let later: Vec<_> = (0..40).map(|_| backoff.wait()).collect();
        assert!(later.iter().all(|wait| (WAIT_MIN..=WAIT_MAX).contains(wait)), "{later:?}");
        assert!(later.iter().max() > Some(&(WAIT_MIN * 10)), "{later:?}");
    }

    #[test]
    fn sockets_that_were_lost_together_come_back_apart() {
        let waits: std::collections::BTreeSet<_> =
            (0..100).map(|number| Backoff::new(number).wait()).collect();
        assert!(waits.len() > 50, "{waits:?}");
    }
}
