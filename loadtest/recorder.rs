//! What was seen so far: a histogram for each stage, and every count.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};

use crate::conversation::Finding;
use crate::fault::{Fault, Violation};

/// One microsecond to one minute, in nanoseconds, at three significant digits.
const LOWEST_NS: u64 = 1_000;
const HIGHEST_NS: u64 = 60_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// A histogram of nanoseconds. What is longer than a minute counts as a minute.
#[derive(Debug)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    fn new() -> Result<Self, CreationError> {
        Histogram::new_with_bounds(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS).map(Self)
    }

    /// Counts one latency.
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(HIGHEST_NS));
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency, in microseconds, that this part (0 to 1) of them did not exceed.
    pub(crate) fn quantile_us(&self, quantile: f64) -> f64 {
        microseconds(self.0.value_at_quantile(quantile))
    }

    /// The mean, in microseconds.
    pub(crate) fn mean_us(&self) -> f64 {
        self.0.mean() / 1_000.0
    }

    /// The longest, in microseconds.
    pub(crate) fn max_us(&self) -> f64 {
        microseconds(self.0.max())
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

/// Everything one run counts.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// From a socket's scheduled start until its session was there.
    pub(crate) connect: Latencies,
    /// How late this program itself was: from due until sent.
    pub(crate) send_lag: Latencies,
    /// From due until the reply.
    pub(crate) acknowledged: Latencies,
    /// From due until anything of the answer.
    pub(crate) first_piece: Latencies,
    /// From due until the whole answer.
    pub(crate) answered: Latencies,
    /// From the loss of a socket until its session was there again.
    pub(crate) returned: Latencies,
    /// Answers since the last line of progress.
    pub(crate) recent: Latencies,
    /// Sockets that have opened.
    pub(crate) connected: u64,
    /// Sockets that have not, and won't.
    pub(crate) not_connected: u64,
    /// Messages sent.
    pub(crate) sent: u64,
    /// Messages sent once more, after a socket was lost or for a temporary refusal.
    pub(crate) sent_again: u64,
    /// Turns that are over, with acknowledgement and answer.
    pub(crate) settled: u64,
    /// Messages that were refused or whose socket was lost.
    pub(crate) dropped: u64,
    /// Pings answered.
    pub(crate) pings: u64,
    /// Refusals, closed sockets and the like, by code.
    pub(crate) faults: BTreeMap<Fault, u64>,
    /// What was overcome as published clients do, unseen by visitors: lost sockets, temporary refusals.
    pub(crate) overcome: BTreeMap<Fault, u64>,
    /// Breaches of the contract, by kind.
    pub(crate) violations: BTreeMap<Violation, u64>,
}

impl Recorder {
    /// A recorder that has seen nothing.
    ///
    /// # Errors
    /// Never in fact: the bounds of the histograms are constants.
    pub(crate) fn new() -> Result<Self, CreationError> {
        Ok(Self {
            connect: Latencies::new()?,
            send_lag: Latencies::new()?,
            acknowledged: Latencies::new()?,
            first_piece: Latencies::new()?,
            answered: Latencies::new()?,
            returned: Latencies::new()?,
            recent: Latencies::new()?,
            connected: 0,
            not_connected: 0,
            sent: 0,
            sent_again: 0,
            settled: 0,
            dropped: 0,
            pings: 0,
            faults: BTreeMap::new(),
            overcome: BTreeMap::new(),
            violations: BTreeMap::new(),
        })
    }

    /// Counts what a dialogue found.
    pub(crate) fn record(&mut self, finding: Finding) {
        match finding {
            Finding::Acknowledged(latency) => self.acknowledged.record(latency),
            Finding::FirstPiece(latency) => self.first_piece.record(latency),
            Finding::Answered(latency) => {
                self.answered.record(latency);
                self.recent.record(latency);
            }
            Finding::Settled => self.settled += 1,
            Finding::Dropped(fault) => {
                self.dropped += 1;
                self.fault(fault, 1);
            }
            Finding::Noted(fault) => self.fault(fault, 1),
            Finding::Overcome(fault) => *self.overcome.entry(fault).or_default() += 1,
            Finding::Violated(violation) => *self.violations.entry(violation).or_default() += 1,
        }
    }

    /// Counts `count` times the same fault.
    pub(crate) fn fault(&mut self, fault: Fault, count: u64) {
        if count > 0 {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    /// Messages that wait for their acknowledgement or answer.
    pub(crate) fn in_flight(&self) -> u64 {
        self.sent.saturating_sub(self.settled + self.dropped)
    }

    /// All faults together.
    pub(crate) fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Everything that was refused, closed or failed, overcome or not.
    pub(crate) fn setback_count(&self) -> u64 {
        self.fault_count() + self.overcome.values().sum::<u64>()
    }

    /// All violations together.
    pub(crate) fn violation_count(&self) -> u64 {
        self.violations.values().sum()
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
        assert!((latencies.max_us() / 60e6 - 1.0).abs() < 0.002);
    }

    #[test]
    fn a_turn_is_in_flight_until_it_settles_or_drops() {
        let mut recorder = Recorder::new().unwrap();
        recorder.sent = 3;
        recorder.record(Finding::Settled);
        recorder.record(Finding::Dropped(Fault::Refused(1008)));
        assert_eq!((recorder.in_flight(), recorder.fault_count()), (1, 1));
    }
}
