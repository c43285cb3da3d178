//! When to ask again.

use std::time::Duration;

use aihio_actors::ports::AnswerFault;

/// How often is asked again after the first time.
pub(super) const RETRIES_MAX: u32 = 2;
/// The wait before the first repetition; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(250);
/// A provider that wants a longer pause than a visitor has patience for is not asked again.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3);

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
        | AnswerFault::Garbled(_) => None,
    }
}

#[cfg(test)]
mod tests {
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
}
