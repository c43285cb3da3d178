//! Histograms of latencies, and the stages that they are kept for.

use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};

use crate::scenario::Statistic;

/// One microsecond to one minute, in nanoseconds, at three significant digits.
const LOWEST_NS: u64 = 1_000;
const HIGHEST_NS: u64 = 60_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// What is timed. Each counts from the moment the schedule named, unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Until a socket had its session.
    Connect,
    /// How late this program itself was: until a message was sent.
    SendLag,
    /// Until the reply that says "stored".
    Acknowledged,
    /// Until the reply that says "not now", or "not at all".
    Refused,
    /// Until anything of the answer.
    FirstPiece,
    /// Until the whole answer, or the text's return.
    Answered,
    /// Until a message reached one of those who watch.
    Delivered,
    /// From the loss of a socket until its session was there again.
    Returned,
    /// From the cut of all sockets until the last session was there again.
    Whole,
    /// Until a REST call had its whole response.
    Call,
}

impl Stage {
    /// Every stage, in the order of reports.
    pub(crate) const ALL: [Self; 10] = [
        Self::Connect,
        Self::SendLag,
        Self::Acknowledged,
        Self::Refused,
        Self::FirstPiece,
        Self::Answered,
        Self::Delivered,
        Self::Returned,
        Self::Whole,
        Self::Call,
    ];

    /// What it is called in files and reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::SendLag => "send_lag",
            Self::Acknowledged => "ack",
            Self::Refused => "refusal",
            Self::FirstPiece => "first_piece",
            Self::Answered => "answer",
            Self::Delivered => "delivery",
            Self::Returned => "returned",
            Self::Whole => "whole",
            Self::Call => "call",
        }
    }

    /// What people read instead.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::SendLag => "send lag",
            Self::FirstPiece => "first piece",
            other => other.name(),
        }
    }

    fn index(self) -> usize {
        Self::ALL.iter().position(|stage| *stage == self).unwrap_or(0)
    }
}

/// A histogram of nanoseconds. What is longer than a minute counts as a minute.
#[derive(Debug, Clone)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    /// A histogram that holds nothing.
    ///
    /// # Errors
    /// Never in fact: the bounds are constants.
    pub(crate) fn new() -> Result<Self, CreationError> {
        Histogram::new_with_bounds(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS).map(Self)
    }

    /// Counts one latency.
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(HIGHEST_NS));
    }

    /// Counts all of another histogram too.
    pub(crate) fn add(&mut self, other: &Self) {
        // Both have the same bounds, so nothing is refused.
        let _ = self.0.add(&other.0);
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency, in microseconds, that this part (0 to 1) of them did not exceed.
    pub(crate) fn quantile_us(&self, quantile: f64) -> f64 {
        microseconds(self.0.value_at_quantile(quantile))
    }

    /// One number that stands for all, in microseconds or as a count.
    pub(crate) fn statistic(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Mean => self.0.mean() / 1_000.0,
            Statistic::P50 => self.quantile_us(0.5),
            Statistic::P90 => self.quantile_us(0.9),
            Statistic::P99 => self.quantile_us(0.99),
            Statistic::P999 => self.quantile_us(0.999),
            Statistic::Max => microseconds(self.0.max()),
            Statistic::Count => self.count() as f64,
        }
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        self.0.reset();
    }
}

/// A minute of nanoseconds is far below 2⁵³, so nothing is lost.
fn microseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1_000.0
}

/// A histogram for each stage that took place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Stages([Option<Box<Latencies>>; Stage::ALL.len()]);

impl Stages {
    /// Counts one latency; `empty` is what a stage begins with.
    pub(crate) fn record(&mut self, stage: Stage, latency: Duration, empty: &Latencies) {
        if let Some(slot) = self.0.get_mut(stage.index()) {
            slot.get_or_insert_with(|| Box::new(empty.clone())).record(latency);
        }
    }

    /// A stage's latencies, if it took place.
    pub(crate) fn of(&self, stage: Stage) -> Option<&Latencies> {
        self.0.get(stage.index())?.as_deref()
    }

    /// How many latencies a stage has.
    pub(crate) fn count(&self, stage: Stage) -> u64 {
        self.of(stage).map_or(0, Latencies::count)
    }

    /// Counts all of other stages too.
    pub(crate) fn add(&mut self, other: &Self) {
        for (slot, more) in self.0.iter_mut().zip(&other.0) {
            match (slot.as_mut(), more) {
                (Some(latencies), Some(more)) => latencies.add(more),
                (None, Some(more)) => *slot = Some(more.clone()),
                (_, None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_keep_three_digits() {
        let mut latencies = Latencies::new().unwrap();
        (1..=1_000).for_each(|amount| latencies.record(Duration::from_micros(amount)));
        for (quantile, expected) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0)] {
            let found = latencies.quantile_us(quantile);
            assert!((found / expected - 1.0).abs() < 0.002, "{quantile}: {found}");
        }
    }

    #[test]
    fn the_longest_wait_is_kept_at_its_bound() {
        let mut latencies = Latencies::new().unwrap();
        latencies.record(Duration::from_secs(3_600));
        assert!((latencies.statistic(Statistic::Max) / 60e6 - 1.0).abs() < 0.002);
    }

    #[test]
    fn stages_are_added_one_by_one() {
        let empty = Latencies::new().unwrap();
        let (mut one, mut other) = (Stages::default(), Stages::default());
        one.record(Stage::Connect, Duration::from_millis(1), &empty);
        other.record(Stage::Connect, Duration::from_millis(3), &empty);
        other.record(Stage::Call, Duration::from_millis(5), &empty);
        one.add(&other);
        assert_eq!((one.count(Stage::Connect), one.count(Stage::Call), one.count(Stage::Whole)), (2, 1, 0));
    }
}
