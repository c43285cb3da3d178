//! Whether and when a child that ended is started again: a pure function of its history.

use std::collections::VecDeque;
use std::time::Duration;

use super::ExitReason;

/// Which ends a child is brought back from (the three kinds of OTP's child specifications).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Always, except when the process shuts down.
    Permanent,
    /// When it failed or panicked.
    Transient,
    /// Never.
    Temporary,
}

/// How often and how fast a child is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartPolicy {
    /// From which ends.
    pub restart: Restart,
    /// Restarts within `window` after which the parent gives up.
    pub intensity_max: u32,
    /// The window that `intensity_max` counts in.
    pub window: Duration,
    /// The delay before the first restart; doubled at each further one in the window.
    pub delay_min: Duration,
    /// The longest delay.
    pub delay_max: Duration,
}

impl RestartPolicy {
    /// Five restarts in thirty seconds, from 10 ms growing to 2 s.
    #[must_use]
    pub const fn standard(restart: Restart) -> Self {
        Self {
            restart,
            intensity_max: 5,
            window: Duration::from_secs(30),
            delay_min: Duration::from_millis(10),
            delay_max: Duration::from_secs(2),
        }
    }
}

/// What a parent does about an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it was meant to end.
    Leave,
    /// Start it anew after the delay.
    RestartAfter(Duration),
    /// It ended too often: isolate it and say so upward.
    GiveUp,
}

/// When a child was restarted lately.
#[derive(Debug, Clone, Default)]
pub struct RestartHistory {
    restarts: VecDeque<Duration>,
}

impl RestartHistory {
    /// Judges an end at `now` (time since any fixed start) and remembers the restart it grants. `chance` is a random
    /// number that spreads the delay over its upper half, so that children that died together don't return together.
    pub fn judge(
        &mut self,
        policy: &RestartPolicy,
        reason: &ExitReason,
        now: Duration,
        chance: u64,
    ) -> Verdict {
        let wanted = match policy.restart {
            Restart::Permanent => *reason != ExitReason::Drained,
            Restart::Transient => reason.is_failure(),
            Restart::Temporary => false,
        };
        if !wanted {
            return Verdict::Leave;
        }
        while self.restarts.front().is_some_and(|&at| at + policy.window <= now) {
            self.restarts.pop_front();
        }
        let recent = u32::try_from(self.restarts.len()).unwrap_or(u32::MAX);
        if recent >= policy.intensity_max {
            return Verdict::GiveUp;
        }
        self.restarts.push_back(now);
        Verdict::RestartAfter(delay(policy, recent, chance))
    }
}

fn delay(policy: &RestartPolicy, recent: u32, chance: u64) -> Duration {
    let whole = policy.delay_min.saturating_mul(1 << recent.min(20)).min(policy.delay_max);
    let half = whole / 2;
    let share = u32::try_from(chance % 1_000).unwrap_or(0);
    half + half * share / 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(restart: Restart) -> RestartPolicy {
        RestartPolicy::standard(restart)
    }

    #[test]
    fn each_kind_of_child_returns_from_the_ends_it_should() {
        let failed = || ExitReason::Failed("disk".into());
        let table = [
            (Restart::Permanent, ExitReason::Finished, true),
            (Restart::Permanent, ExitReason::Drained, false),
            (Restart::Permanent, ExitReason::Panicked, true),
            (Restart::Transient, ExitReason::Finished, false),
            (Restart::Transient, ExitReason::Idle, false),
            (Restart::Transient, failed(), true),
            (Restart::Transient, ExitReason::Panicked, true),
            (Restart::Temporary, failed(), false),
            (Restart::Temporary, ExitReason::Panicked, false),
        ];
        for (kind, reason, returns) in table {
            let verdict = RestartHistory::default().judge(&policy(kind), &reason, Duration::ZERO, 0);
            assert_eq!(verdict != Verdict::Leave, returns, "{kind:?} after {reason:?}");
        }
    }

    #[test]
    fn the_sixth_failure_within_the_window_is_given_up_and_a_later_one_is_not() {
        let (policy, mut history) = (policy(Restart::Transient), RestartHistory::default());
        for second in 0..5 {
            let verdict = history.judge(&policy, &ExitReason::Panicked, Duration::from_secs(second), 0);
            assert!(matches!(verdict, Verdict::RestartAfter(_)));
        }
        let mut at = |second| history.judge(&policy, &ExitReason::Panicked, Duration::from_secs(second), 0);
        assert_eq!(at(29), Verdict::GiveUp);
        assert!(matches!(at(30), Verdict::RestartAfter(_)));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_restarts_than_the_intensity(gaps in prop::collection::vec(0_u64..8_000, 1..200), chance: u64) {
            let (policy, mut history, mut now) = (policy(Restart::Permanent), RestartHistory::default(), 0);
            let mut granted = Vec::new();
            for gap in gaps {
                now += gap;
                let at = Duration::from_millis(now);
                if let Verdict::RestartAfter(delay) = history.judge(&policy, &ExitReason::Panicked, at, chance) {
                    prop_assert!(delay <= policy.delay_max);
                    granted.push(at);
                }
            }
            for (index, &start) in granted.iter().enumerate() {
                let within = granted[index..].iter().filter(|&&at| at < start + policy.window).count();
                prop_assert!(within <= policy.intensity_max as usize);
            }
        }
    }
}
