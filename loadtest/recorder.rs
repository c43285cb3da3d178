//! What was seen so far: histograms for each part of the run, and every count.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::CreationError;

use crate::conversation::Finding;
use crate::fault::{Fault, Violation};
use crate::latencies::{Latencies, Stage, Stages};

/// The one recorder of a run; all sockets live in one thread.
pub(crate) type SharedRecorder = Rc<RefCell<Recorder>>;

/// Everything one run counts.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// What every histogram begins as.
    empty: Latencies,
    /// Sockets that warm the server up, the others' opening, and then each phase. What is recorded belongs to the part in which it was due.
    parts: Vec<Part>,
    /// Answers since the last look at how the run goes.
    pub(crate) recent: Latencies,
    /// Sockets that have opened.
    pub(crate) connected: u64,
    /// Sockets that have not, and won't.
    pub(crate) not_connected: u64,
    /// Messages sent.
    pub(crate) sent: u64,
    /// Items that what was sent leads to.
    expected: u64,
    /// Messages sent once more, after a socket was lost or for a temporary refusal.
    pub(crate) sent_again: u64,
    /// Items that are over: turns with acknowledgement and answer, texts that came back, messages delivered.
    pub(crate) settled: u64,
    /// Items that were refused or whose socket was lost.
    pub(crate) dropped: u64,
    /// Pings answered.
    pub(crate) pings: u64,
    /// Refusals, closed sockets and the like, by code.
    pub(crate) faults: BTreeMap<Fault, u64>,
    /// What was overcome as published clients do, unseen by visitors: lost sockets, temporary refusals.
    pub(crate) overcome: BTreeMap<Fault, u64>,
    /// Breaches of the contract, by kind.
    pub(crate) violations: BTreeMap<Violation, u64>,
    /// Sockets that a cut took away.
    outage: Option<Outage>,
}

/// One part of a run.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// When it began; the first part holds whatever was before all others.
    pub(crate) began: Option<Instant>,
    pub(crate) stages: Stages,
    /// Sockets that were to be opened.
    pub(crate) sockets_due: u64,
    /// Items that were to be had from messages, sent or not.
    pub(crate) items_due: u64,
    /// Faults while it went on.
    pub(crate) faults: u64,
}

/// All sockets were cut, and some are not back.
#[derive(Debug, Clone, Copy)]
struct Outage {
    began: Instant,
    away: u64,
}

impl Recorder {
    /// A recorder that has seen nothing.
    ///
    /// # Errors
    /// Never in fact: the bounds of the histograms are constants.
    pub(crate) fn new() -> Result<Self, CreationError> {
        let empty = Latencies::new()?;
        Ok(Self {
            recent: empty.clone(),
            empty,
            parts: vec![Part::default()],
            connected: 0,
            not_connected: 0,
            sent: 0,
            expected: 0,
            sent_again: 0,
            settled: 0,
            dropped: 0,
            pings: 0,
            faults: BTreeMap::new(),
            overcome: BTreeMap::new(),
            violations: BTreeMap::new(),
            outage: None,
        })
    }

    /// Everything, part by part.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The opening of the sockets that count; none while the server is warmed up.
    pub(crate) fn opening(&self) -> Option<&Part> {
        self.parts.get(1)
    }

    /// Each phase that has begun.
    pub(crate) fn phases(&self) -> &[Part] {
        self.parts.get(2..).unwrap_or_default()
    }

    /// Sockets that opened to warm the server up.
    pub(crate) fn connected_before(&self) -> u64 {
        self.parts.first().map_or(0, |part| part.stages.count(Stage::Connect))
    }

    /// The opening, or a phase, begins.
    pub(crate) fn begin_part(&mut self, began: Instant) {
        self.parts.push(Part { began: Some(began), ..Part::default() });
    }

    /// Counts what a dialogue found at a moment.
    pub(crate) fn record(&mut self, finding: Finding, at: Instant) {
        match finding {
            Finding::Acknowledged(latency) => self.time(Stage::Acknowledged, latency, at),
            Finding::Refused(latency) => self.time(Stage::Refused, latency, at),
            Finding::FirstPiece(latency) => self.time(Stage::FirstPiece, latency, at),
            Finding::Answered(latency) => {
                self.time(Stage::Answered, latency, at);
                self.recent.record(latency);
            }
            Finding::Delivered(latency) => {
                self.time(Stage::Delivered, latency, at);
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

    /// Counts a latency that was complete at a moment, in the part in which it began.
    pub(crate) fn time(&mut self, stage: Stage, latency: Duration, at: Instant) {
        let due = at.checked_sub(latency).unwrap_or(at);
        if let Some(part) = part_at(&mut self.parts, due) {
            part.stages.record(stage, latency, &self.empty);
        }
    }

    /// A socket is to be opened.
    pub(crate) fn socket_due(&mut self, due: Instant) {
        if let Some(part) = part_at(&mut self.parts, due) {
            part.sockets_due += 1;
        }
    }

    /// A socket has its session.
    pub(crate) fn opened(&mut self, due: Instant, at: Instant) {
        self.connected += 1;
        self.time(Stage::Connect, at.saturating_duration_since(due), at);
    }

    /// A message that was due leaves now; so many items come of it.
    pub(crate) fn sent(&mut self, due: Instant, items: u64, at: Instant) {
        self.sent += 1;
        self.expected += items;
        self.time(Stage::SendLag, at.saturating_duration_since(due), at);
        if let Some(part) = part_at(&mut self.parts, due) {
            part.items_due += items;
        }
    }

    /// So many messages could not be sent.
    pub(crate) fn unsent(&mut self, count: u64) {
        self.fault(Fault::Unsent, count);
        if let Some(part) = self.parts.last_mut() {
            part.items_due += count;
        }
    }

    /// Counts `count` times the same fault.
    pub(crate) fn fault(&mut self, fault: Fault, count: u64) {
        if count > 0 {
            *self.faults.entry(fault).or_default() += count;
            if let Some(part) = self.parts.last_mut() {
                part.faults += count;
            }
        }
    }

    /// So many sockets are cut at one moment.
    pub(crate) fn cut(&mut self, at: Instant, away: u64) {
        self.outage = (away > 0).then_some(Outage { began: at, away });
    }

    /// A visitor is back, so long after the socket was lost.
    pub(crate) fn came_back(&mut self, latency: Duration, at: Instant) {
        self.time(Stage::Returned, latency, at);
        let Some(mut outage) = self.outage.take() else { return };
        outage.away -= 1;
        if outage.away > 0 {
            self.outage = Some(outage);
        } else {
            self.time(Stage::Whole, at.saturating_duration_since(outage.began), at);
        }
    }

    /// Items that are under way.
    pub(crate) fn in_flight(&self) -> u64 {
        self.expected.saturating_sub(self.settled + self.dropped)
    }

    /// Sockets that a cut took away and that are not back.
    pub(crate) fn away(&self) -> u64 {
        self.outage.map_or(0, |outage| outage.away)
    }

    /// All faults together.
    pub(crate) fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Everything that was refused, closed or failed, overcome or not.
    pub(crate) fn setback_count(&self) -> u64 {
        self.fault_count() + self.overcome_count()
    }

    /// All that clients got over by themselves.
    pub(crate) fn overcome_count(&self) -> u64 {
        self.overcome.values().sum()
    }

    /// All violations together.
    pub(crate) fn violation_count(&self) -> u64 {
        self.violations.values().sum()
    }
}

/// The part that was going on at a moment; what was due before the first phase belongs to the opening.
fn part_at(parts: &mut [Part], due: Instant) -> Option<&mut Part> {
    let index = parts.iter().rposition(|part| part.began.is_none_or(|began| began <= due))?;
    parts.get_mut(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_in_flight_until_it_settles_or_drops() {
        let mut recorder = Recorder::new().unwrap();
        let now = Instant::now();
        (0..3).for_each(|_| recorder.sent(now, 1, now));
        recorder.record(Finding::Settled, now);
        recorder.record(Finding::Dropped(Fault::Refused(1008)), now);
        assert_eq!((recorder.in_flight(), recorder.fault_count()), (1, 1));
        recorder.sent(now, 64, now);
        assert_eq!((recorder.in_flight(), recorder.sent), (65, 4));
    }

    #[test]
    fn what_comes_late_belongs_to_the_part_in_which_it_was_due() {
        let mut recorder = Recorder::new().unwrap();
        let start = Instant::now();
        let seconds = Duration::from_secs;
        recorder.begin_part(start + seconds(10));
        recorder.begin_part(start + seconds(20));
        recorder.record(Finding::Answered(seconds(5)), start + seconds(21));
        recorder.record(Finding::Answered(seconds(1)), start + seconds(21));
        recorder.opened(start, start + seconds(30));
        let counts = |stage| recorder.parts().iter().map(|part| part.stages.count(stage)).collect::<Vec<_>>();
        assert_eq!(counts(Stage::Answered), [0, 1, 1]);
        assert_eq!(counts(Stage::Connect), [1, 0, 0]);
    }

    #[test]
    fn all_are_whole_when_the_last_is_back() {
        let mut recorder = Recorder::new().unwrap();
        let start = Instant::now();
        let whole = |recorder: &Recorder| {
            recorder.parts().iter().map(|part| part.stages.count(Stage::Whole)).sum::<u64>()
        };
        recorder.cut(start, 2);
        recorder.came_back(Duration::from_secs(1), start + Duration::from_secs(1));
        assert_eq!((recorder.away(), whole(&recorder)), (1, 0));
        recorder.came_back(Duration::from_secs(3), start + Duration::from_secs(3));
        assert_eq!((recorder.away(), whole(&recorder)), (0, 1));
        recorder.came_back(Duration::from_secs(1), start + Duration::from_secs(9));
        assert_eq!(whole(&recorder), 1);
    }
}
