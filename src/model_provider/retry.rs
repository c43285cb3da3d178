//! When to ask again, and how often a provider may be asked again at all.

use std::time::Duration;

use aihio_actors::ports::AnswerFault;

/// How often is asked again after the first time.
pub(super) const RETRIES_MAX: u32 = 2;
/// The wait before the first repetition; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(250);
/// A provider that wants a longer pause than a visitor has patience for is not asked again.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_secs(3);

/// The pause before asking again, or none where it would not help. `chance` is between 0 and 1; it spreads the
/// repetitions of many who failed at the same moment.
pub(super) fn pause_before_retry(fault: &AnswerFault, retries: u32, chance: f64) -> Option<Duration> {
    if retries >= RETRIES_MAX {
        return None;
    }
    let backoff = BACKOFF * 2_u32.pow(retries);
    match fault {
        AnswerFault::Unavailable(_) | AnswerFault::RateLimited { retry_after: None } => {
            Some(backoff.mul_f64(0.5 + chance / 2.0))
        }
        AnswerFault::RateLimited { retry_after: Some(wait) } if *wait <= RETRY_AFTER_MAX => {
            Some(*wait + backoff.mul_f64(chance))
        }
        // A timeout may have started work that is paid for; the others fail the same way again.
        AnswerFault::RateLimited { .. }
        | AnswerFault::TimedOut(_)
        | AnswerFault::Refused { .. }
        | AnswerFault::Garbled(_)
        | AnswerFault::Resting(_) => None,
    }
}

/// What a call adds to the budget, in tenths of a repetition.
const EARNED: u32 = 1;
/// What a repetition takes from it.
const PRICE: u32 = 10;
/// What is there at the start: enough for a provider that is hardly ever asked.
const AT_FIRST: u32 = 4 * PRICE;
/// The most that is saved.
const SAVED_MAX: u32 = 10 * PRICE;

/// How many repetitions a provider's calls have earned: one for ten calls, so that a provider in trouble is asked at
/// most a tenth more than one that is well. A second call that races the first counts as one.
#[derive(Debug)]
pub(super) struct RetryBudget(u32);

impl RetryBudget {
    /// The budget of a provider that was never asked.
    pub(super) const fn new() -> Self {
        Self(AT_FIRST)
    }

    /// Counts a call.
    pub(super) fn earn(&mut self) {
        self.0 = (self.0 + EARNED).min(SAVED_MAX);
    }

    /// Takes a repetition, if there is one left.
    pub(super) fn spend(&mut self) -> Option<Repetition> {
        self.0 = self.0.checked_sub(PRICE)?;
        Some(Repetition)
    }
}

/// The right to ask once more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repetition;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_may_pass_is_asked_again() {
        let limited = |wait| AnswerFault::RateLimited { retry_after: wait };
        let millis = Duration::from_millis;
        let cases = [
            (AnswerFault::Unavailable(String::new()), 0, Some(millis(125))),
            (AnswerFault::Unavailable(String::new()), 1, Some(millis(250))),
            (AnswerFault::Unavailable(String::new()), 2, None),
            (limited(None), 0, Some(millis(125))),
            (limited(Some(millis(700))), 0, Some(millis(700))),
            (limited(Some(millis(3_001))), 0, None),
            (AnswerFault::Refused { status: 401, message: String::new() }, 0, None),
            (AnswerFault::Garbled(String::new()), 0, None),
            (AnswerFault::TimedOut(millis(1)), 0, None),
            (AnswerFault::Resting(millis(1)), 0, None),
        ];
        for (fault, retries, pause) in cases {
            assert_eq!(pause_before_retry(&fault, retries, 0.0), pause, "{fault:?} after {retries}");
        }
    }

    #[test]
    fn chance_spreads_the_pauses() {
        let fault = AnswerFault::Unavailable(String::new());
        assert_eq!(pause_before_retry(&fault, 0, 1.0), Some(Duration::from_millis(250)));
    }

    proptest! {
        #[test]
        fn repetitions_are_a_tenth_of_the_calls(acts in prop::collection::vec(any::<bool>(), 0..2_000)) {
            let mut budget = RetryBudget::new();
            let (mut calls, mut repetitions) = (0_usize, 0_usize);
            for is_call in acts {
                if is_call {
                    budget.earn();
                    calls += 1;
                } else {
                    repetitions += usize::from(budget.spend().is_some());
                }
                prop_assert!(repetitions <= 4 + calls / 10);
            }
        }
    }
}
