//! One rate limit: its figures, its state by key, and what a client is told.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

/// A limit's figures: `quota` in any `window`, all of it at once if need be (GCRA).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Its name in the `RateLimit` headers.
    pub name: &'static str,
    /// How many.
    pub quota: NonZeroU32,
    /// In what time.
    pub window: Duration,
}

impl Policy {
    /// So many in a window.
    #[must_use]
    pub const fn new(name: &'static str, quota: NonZeroU32, window: Duration) -> Self {
        Self { name, quota, window }
    }

    fn as_quota(&self) -> Quota {
        let share = (self.window / self.quota.get()).max(Duration::from_nanos(1));
        Quota::with_period(share).unwrap_or_else(|| Quota::per_second(self.quota)).allow_burst(self.quota)
    }
}

/// What is left of a limit after a request that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The limit.
    pub policy: Policy,
    /// Requests that may follow at once.
    pub remaining: u32,
}

/// A request that is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The limit that was met.
    pub policy: Policy,
    /// When the next request will be let through.
    pub retry_after: Duration,
}

/// A limit over many keys. Each key that was seen lately costs some hundred bytes.
#[derive(Debug)]
pub struct Keyed<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    policy: Policy,
    clock: C,
    limiter: RateLimiter<K, DashMapStateStore<K>, C, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    /// A limit with nothing used.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with_clock(policy, DefaultClock::default())
    }
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Keyed<K, C> {
    /// A limit on a clock of its own.
    pub fn with_clock(policy: Policy, clock: C) -> Self {
        let store = DashMapStateStore::default();
        let limiter = RateLimiter::new(policy.as_quota(), store, clock.clone());
        Self { policy, clock, limiter }
    }

    /// Takes one from the key's share.
    ///
    /// # Errors
    /// When nothing is left of it.
    pub fn take(&self, key: &K) -> Result<Allowed, Limited> {
        match self.limiter.check_key(key) {
            Ok(state) => Ok(Allowed { policy: self.policy, remaining: state.remaining_burst_capacity() }),
            Err(refused) => Err(limited(self.policy, &refused, &self.clock)),
        }
    }

    /// Drops the keys whose whole share is free again; they are as good as never seen.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }

    /// Keys that are remembered.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.limiter.len()
    }
}

/// A limit that one owner holds for itself, such as a socket. It ends with its owner, so nothing has to be swept.
#[derive(Debug)]
pub struct Single<C: Clock = DefaultClock> {
    policy: Policy,
    clock: C,
    limiter: RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>,
}

impl Single {
    /// A limit with nothing used.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let clock = DefaultClock::default();
        let limiter = RateLimiter::new(policy.as_quota(), InMemoryState::default(), clock.clone());
        Self { policy, clock, limiter }
    }

    /// Takes one.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn take(&self) -> Result<Allowed, Limited> {
        match self.limiter.check() {
            Ok(state) => Ok(Allowed { policy: self.policy, remaining: state.remaining_burst_capacity() }),
            Err(refused) => Err(limited(self.policy, &refused, &self.clock)),
        }
    }
}

fn limited<C: Clock>(policy: Policy, refused: &NotUntil<C::Instant>, clock: &C) -> Limited {
    Limited { policy, retry_after: refused.wait_time_from(clock.now()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn policy(quota: u32) -> Policy {
        Policy::new("test", NonZeroU32::new(quota).unwrap(), Duration::from_secs(60))
    }

    #[test]
    fn the_whole_quota_may_be_used_at_once_and_then_flows_back() {
        let clock = FakeRelativeClock::default();
        let limit = Keyed::with_clock(policy(3), clock.clone());
        let remaining: Vec<u32> = (0..3).map(|_| limit.take(&"a").unwrap().remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        assert_eq!(limit.take(&"a").unwrap_err().retry_after, Duration::from_secs(20));
        clock.advance(Duration::from_secs(20));
        assert!(limit.take(&"a").is_ok());
        assert!(limit.take(&"a").is_err());
    }

    #[test]
    fn keys_do_not_share() {
        let limit = Keyed::with_clock(policy(1), FakeRelativeClock::default());
        assert!(limit.take(&"a").is_ok());
        assert!(limit.take(&"b").is_ok());
        assert!(limit.take(&"a").is_err());
    }

    #[test]
    fn idle_keys_are_forgotten_and_busy_ones_kept() {
        let clock = FakeRelativeClock::default();
        let limit = Keyed::with_clock(policy(1), clock.clone());
        limit.take(&"a").unwrap();
        clock.advance(Duration::from_secs(130));
        limit.take(&"b").unwrap();
        limit.forget_idle();
        assert_eq!(limit.keys(), 1);
        assert!(limit.take(&"b").is_err());
    }
}
