//! The breaker step by step, and under any sequence of calls, reports and pauses.

use proptest::prelude::*;

use super::*;

const STEP: Duration = Duration::from_millis(1);

struct Played {
    breaker: Breaker,
    now: Instant,
}

impl Played {
    fn new() -> Self {
        Self { breaker: Breaker::new(), now: Instant::now() }
    }

    fn calls(&mut self, verdict: Verdict) {
        let admission = self.breaker.admit(self.now).unwrap();
        self.breaker.report(admission, verdict, self.now);
    }

    fn waits(&mut self, time: Duration) {
        self.now += time;
    }

    fn fails_until_open(&mut self) {
        (0..FAILURES_MIN).for_each(|_| self.calls(Verdict::Fails));
    }
}

#[test]
fn failures_in_a_row_open_it_and_one_trial_closes_it() {
    let mut played = Played::new();
    (1..FAILURES_MIN).for_each(|_| played.calls(Verdict::Fails));
    assert!(played.breaker.admit(played.now).is_ok(), "too few failures");
    played.calls(Verdict::Fails);
    assert_eq!(played.breaker.admit(played.now), Err(REST));
    played.waits(REST);
    let trial = played.breaker.admit(played.now).unwrap();
    assert!(played.breaker.admit(played.now).is_err(), "one trial at a time");
    played.breaker.report(trial, Verdict::Works, played.now);
    assert!(played.breaker.admit(played.now).is_ok());
}

#[test]
fn a_trial_that_fails_doubles_the_rest_up_to_its_longest() {
    let mut played = Played::new();
    played.fails_until_open();
    let mut rests = Vec::new();
    for _ in 0..6 {
        let rest = played.breaker.admit(played.now).unwrap_err();
        rests.push(rest.as_secs());
        played.waits(rest);
        played.calls(Verdict::Fails);
    }
    assert_eq!(rests, [5, 10, 20, 40, 60, 60]);
}

#[test]
fn a_trial_that_is_given_up_leaves_the_next_call_to_try() {
    let mut played = Played::new();
    played.fails_until_open();
    played.waits(REST);
    played.calls(Verdict::Nothing);
    played.calls(Verdict::Works);
    played.calls(Verdict::Works);
}

#[test]
fn a_provider_that_names_its_rest_gets_it_at_once() {
    let mut played = Played::new();
    played.calls(Verdict::FailsFor(Duration::from_secs(30)));
    assert_eq!(played.breaker.admit(played.now), Err(Duration::from_secs(30)));
    played.waits(Duration::from_secs(30));
    played.calls(Verdict::FailsFor(Duration::from_secs(86_400)));
    assert_eq!(played.breaker.admit(played.now), Err(REST_MAX), "a day is not waited for");
}

#[test]
fn a_few_failures_among_many_answers_open_nothing() {
    let mut played = Played::new();
    for _ in 0..100 {
        (0..2).for_each(|_| played.calls(Verdict::Works));
        played.calls(Verdict::Fails);
    }
}

#[test]
fn late_reports_change_nothing() {
    let mut played = Played::new();
    let late = played.breaker.admit(played.now).unwrap();
    played.fails_until_open();
    played.breaker.report(late, Verdict::Works, played.now);
    assert!(played.breaker.admit(played.now).is_err());
    played.waits(REST);
    played.calls(Verdict::Works);
    (0..REMEMBERED).for_each(|_| played.breaker.report(late, Verdict::Fails, played.now));
    assert!(played.breaker.admit(played.now).is_ok());
}

#[derive(Debug, Clone)]
enum Act {
    Call,
    Report(prop::sample::Index, Verdict),
    Wait(u32),
}

fn act() -> impl Strategy<Value = Act> {
    let verdict = prop_oneof![
        Just(Verdict::Works),
        Just(Verdict::Fails),
        Just(Verdict::Nothing),
        (0_u64..100).prop_map(|seconds| Verdict::FailsFor(Duration::from_secs(seconds)))
    ];
    prop_oneof![
        3 => Just(Act::Call),
        3 => (any::<prop::sample::Index>(), verdict).prop_map(|(which, verdict)| Act::Report(which, verdict)),
        1 => (0_u32..70_000).prop_map(Act::Wait),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_resting_provider_is_left_alone_and_never_for_good(
        acts in prop::collection::vec(act(), 0..200),
    ) {
        let mut played = Played::new();
        let mut under_way = Vec::new();
        let mut resting_until = played.now;
        for act in acts {
            match act {
                Act::Wait(steps) => played.waits(STEP * steps),
                Act::Report(_, _) if under_way.is_empty() => {}
                Act::Report(which, verdict) => {
                    let admission = under_way.swap_remove(which.index(under_way.len()));
                    played.breaker.report(admission, verdict, played.now);
                    if let State::Open { until, .. } = played.breaker.state {
                        prop_assert!(until <= played.now + REST_MAX);
                        resting_until = until;
                    }
                }
                Act::Call => match played.breaker.admit(played.now) {
                    Ok(admission) => {
                        prop_assert!(played.now >= resting_until, "admitted within a rest");
                        under_way.push(admission);
                    }
                    Err(wait) => prop_assert!(wait > Duration::ZERO && wait <= REST_MAX),
                },
            }
            let trials = under_way.iter().filter(|Admission(of)| {
                matches!(played.breaker.state, State::HalfOpen { .. }) && *of == played.breaker.generation
            });
            prop_assert!(trials.count() <= 1, "more than one trial");
        }
        for admission in under_way {
            played.breaker.report(admission, Verdict::Nothing, played.now);
        }
        played.waits(REST_MAX);
        prop_assert!(played.breaker.admit(played.now).is_ok(), "left alone for good");
    }

    #[test]
    fn a_provider_that_works_is_never_left_alone(calls in 0_usize..100, given_up in 0_usize..3) {
        let mut played = Played::new();
        for nth in 0..calls {
            played.calls(if nth % 3 < given_up { Verdict::Nothing } else { Verdict::Works });
        }
        prop_assert!(played.breaker.admit(played.now).is_ok());
    }
}
