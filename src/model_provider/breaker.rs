//! The circuit breaker of a provider: one that fails again and again is left alone for a while, so that visitors don't
//! wait for it and it has a chance to recover.
//!
//! *Closed*, calls go through and their outcomes are remembered. *Open*, none does until its rest is over. *Half open*,
//! one call tries whether it is back: it closes the breaker, or opens it for twice as long. Pure: the time goes in.

use std::time::Duration;

use tokio::time::Instant;

/// Outcomes that are remembered; older ones don't count.
const REMEMBERED: u32 = 20;
/// Fewer failures than this open nothing.
const FAILURES_MIN: u32 = 5;
/// The first rest; it doubles each time that a trial fails.
const REST: Duration = Duration::from_secs(5);
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(60);

/// Decides which calls go through.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    /// Counts changes of state, so that what a call of an earlier one reports is not taken for news.
    generation: u64,
}

#[derive(Debug)]
enum State {
    Closed(Outcomes),
    Open { until: Instant, rest: Duration },
    HalfOpen { rest: Duration },
}

/// What a breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakerState {
    /// Lets them through.
    Closed,
    /// Lets none through, until its rest is over and one asks.
    Open,
    /// Waits for the outcome of one.
    HalfOpen,
}

impl BreakerState {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The word in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The right to make one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admission(u64);

/// What a call says about its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers.
    Works,
    /// It doesn't.
    Fails,
    /// It doesn't, and has said for how long.
    FailsFor(Duration),
    /// Nothing: the call was given up, or the request itself was at fault.
    Nothing,
}

impl Breaker {
    /// A breaker of a provider that nothing is known of.
    pub(super) const fn new() -> Self {
        Self { state: State::Closed(Outcomes::NONE), generation: 0 }
    }

    /// Asks for a call. Whoever gets one reports on it.
    ///
    /// # Errors
    /// How long the provider is still left alone.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Admission, Duration> {
        match self.state {
            State::Closed(_) => Ok(Admission(self.generation)),
            State::Open { until, .. } if now < until => Err(until - now),
            State::Open { rest, .. } => {
                self.enter(State::HalfOpen { rest });
                Ok(Admission(self.generation))
            }
            // Until the trial is over nobody knows; its own time is bounded.
            State::HalfOpen { rest } => Err(rest),
        }
    }

    /// Takes a report. One on a call that was admitted in an earlier state changes nothing.
    pub(super) fn report(&mut self, Admission(generation): Admission, verdict: Verdict, now: Instant) {
        if generation != self.generation {
            return;
        }
        match (&mut self.state, verdict) {
            (State::Closed(_), Verdict::FailsFor(rest)) => self.open(rest, now),
            (State::Closed(_) | State::Open { .. }, Verdict::Nothing) | (State::Open { .. }, _) => {}
            (State::Closed(outcomes), Verdict::Works) => outcomes.push(Outcome::Answered),
            (State::Closed(outcomes), Verdict::Fails) => {
                outcomes.push(Outcome::Failed);
                if outcomes.are_bad() {
                    self.open(REST, now);
                }
            }
            (State::HalfOpen { .. }, Verdict::Works) => self.enter(State::Closed(Outcomes::NONE)),
            (State::HalfOpen { rest }, Verdict::Fails) => {
                let rest = *rest * 2;
                self.open(rest, now);
            }
            (State::HalfOpen { .. }, Verdict::FailsFor(rest)) => self.open(rest, now),
            // The trial told nothing: the next call is one.
            (State::HalfOpen { rest }, Verdict::Nothing) => {
                let rest = *rest;
                self.enter(State::Open { until: now, rest });
            }
        }
    }

    /// The state that it is in.
    pub(super) const fn state(&self) -> BreakerState {
        match self.state {
            State::Closed(_) => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    fn open(&mut self, rest: Duration, now: Instant) {
        let rest = rest.clamp(REST, REST_MAX);
        self.enter(State::Open { until: now + rest, rest });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

/// The newest outcomes, a bit each, the newest lowest.
#[derive(Debug, Clone, Copy)]
struct Outcomes {
    failed: u32,
    count: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    Failed,
}

impl Outcomes {
    const NONE: Self = Self { failed: 0, count: 0 };

    fn push(&mut self, outcome: Outcome) {
        let window = (1 << REMEMBERED) - 1;
        self.failed = ((self.failed << 1) | u32::from(outcome == Outcome::Failed)) & window;
        self.count = (self.count + 1).min(REMEMBERED);
    }

    const fn are_bad(self) -> bool {
        let failures = self.failed.count_ones();
        failures >= FAILURES_MIN && failures * 2 >= self.count
    }
}

#[cfg(test)]
mod tests;
