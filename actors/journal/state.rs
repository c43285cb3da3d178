//! What waits for the store and what is on its way, as a plain value.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::handle::Whose;
use super::snapshot::RecordFate;
use crate::ports::{Fault, Outcome, Record};

/// What is to be done after an attempt to write.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<P> {
    /// Tell each its fate, and go on with the next batch.
    Settle(Vec<(P, RecordFate)>),
    /// Try the same batch again after the delay.
    RetryAfter(Duration),
}

/// A queue with at most one batch under way. `P` is whoever is told.
#[derive(Debug)]
pub struct JournalState<P> {
    queue_len: usize,
    batch_len: usize,
    retry: Duration,
    queue: VecDeque<(Record, P)>,
    flight: Option<Flight<P>>,
}

#[derive(Debug)]
struct Flight<P> {
    records: Arc<[Record]>,
    promises: Vec<P>,
    waited: Duration,
    delay: Duration,
}

const FIRST_DELAY: Duration = Duration::from_millis(20);
const LONGEST_DELAY: Duration = Duration::from_millis(500);

impl<P> JournalState<P> {
    /// An empty queue for at most `queue_len` records, written `batch_len` at a time, each batch tried for `retry`.
    #[must_use]
    pub const fn new(queue_len: usize, batch_len: usize, retry: Duration) -> Self {
        Self { queue_len, batch_len, retry, queue: VecDeque::new(), flight: None }
    }

    /// Whether another record may wait.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.queue.len() < self.queue_len
    }

    /// Lets a record wait for the next batch.
    ///
    /// # Errors
    /// When too many wait already; the promise comes back.
    pub fn push(&mut self, record: Record, promise: P) -> Result<(), P> {
        if !self.has_room() {
            return Err(promise);
        }
        self.queue.push_back((record, promise));
        Ok(())
    }

    /// The next batch to write, unless one is under way or nothing waits.
    pub fn depart(&mut self) -> Option<Arc<[Record]>> {
        if self.flight.is_some() || self.queue.is_empty() {
            return None;
        }
        let batch = self.queue.drain(..self.batch_len.min(self.queue.len()));
        let (records, promises): (Vec<_>, Vec<_>) = batch.unzip();
        let records: Arc<[Record]> = records.into();
        let flight =
            Flight { records: Arc::clone(&records), promises, waited: Duration::ZERO, delay: FIRST_DELAY };
        self.flight = Some(flight);
        Some(records)
    }

    /// The batch under way, to be written again.
    #[must_use]
    pub fn again(&self) -> Option<Arc<[Record]>> {
        self.flight.as_ref().map(|flight| Arc::clone(&flight.records))
    }

    /// Takes the outcome of writing the batch under way, which took so long. A failure that may pass, or whose outcome
    /// is unknown, is tried again with the same records until the time for that is over.
    pub fn written(&mut self, outcome: Result<Vec<Outcome>, Fault>, took: Duration) -> Next<P> {
        let Some(mut flight) = self.flight.take() else { return Next::Settle(Vec::new()) };
        flight.waited += took;
        match outcome {
            Err(Fault::Transient) if flight.waited + flight.delay <= self.retry => {
                let delay = flight.delay;
                flight.waited += delay;
                flight.delay = (delay * 2).min(LONGEST_DELAY);
                self.flight = Some(flight);
                Next::RetryAfter(delay)
            }
            Err(_) => {
                Next::Settle(flight.promises.into_iter().map(|promise| (promise, RecordFate::Lost)).collect())
            }
            Ok(outcomes) => {
                // A store that answers for fewer records than it was given has not vouched for the rest.
                let fates = outcomes.into_iter().map(Some).chain(std::iter::repeat(None));
                let fate = |outcome| match outcome {
                    Some(Outcome::Kept) => RecordFate::Kept,
                    Some(Outcome::Conflict) => RecordFate::Conflict,
                    None => RecordFate::Lost,
                };
                Next::Settle(flight.promises.into_iter().zip(fates.map(fate)).collect())
            }
        }
    }

    /// Whether a record of theirs waits or is under way.
    #[must_use]
    pub fn holds(&self, whose: Whose) -> bool {
        let flying = self.flight.iter().flat_map(|flight| flight.records.iter());
        let mut records = self.queue.iter().map(|(record, _)| record).chain(flying);
        match whose {
            Whose::All => records.next().is_some(),
            Whose::Session(session) => records.any(|record| record.session_id == session),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::model::{AccountId, ChatbotId, OwnerEpoch, SessionId};
    use crate::ports::RecordBody;

    fn record() -> Record {
        Record {
            session_id: SessionId::from_uuid(Uuid::nil()),
            account_id: AccountId::from_uuid(Uuid::nil()),
            chatbot_id: ChatbotId::from_uuid(Uuid::nil()),
            owner: OwnerEpoch::FIRST,
            body: RecordBody::Events { events: [].into(), usage: vec![], receipts: vec![] },
        }
    }

    /// How long an attempt takes.
    const TOOK: Duration = Duration::from_millis(50);

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Push,
        Depart,
        Succeed,
        FailForNow,
        FailForGood,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        use Step::{Depart, FailForGood, FailForNow, Push, Succeed};
        prop::collection::vec(
            prop::sample::select(vec![Push, Push, Push, Depart, Succeed, FailForNow, FailForGood]),
            0..200,
        )
    }

    proptest! {
        #[test]
        fn every_promise_is_settled_once_and_in_order(steps in steps()) {
            let mut state = JournalState::new(16, 4, Duration::from_secs(1));
            let (mut accepted, mut settled, mut next) = (Vec::new(), Vec::new(), 0_u32);
            let mut settle = |next: Next<u32>| if let Next::Settle(fates) = next {
                settled.extend(fates.into_iter().map(|(promise, _)| promise));
            };
            for step in steps {
                match step {
                    Step::Push => {
                        if state.push(record(), next).is_ok() { accepted.push(next); }
                        next += 1;
                    }
                    Step::Depart => { state.depart(); }
                    Step::Succeed => {
                        let kept = state.again().map_or(0, |records| records.len());
                        settle(state.written(Ok(vec![Outcome::Kept; kept]), TOOK));
                    }
                    Step::FailForNow => settle(state.written(Err(Fault::Transient), TOOK)),
                    Step::FailForGood => settle(state.written(Err(Fault::Permanent), TOOK)),
                }
            }
            while state.depart().is_some() || state.again().is_some() {
                settle(state.written(Err(Fault::Permanent), TOOK));
            }
            prop_assert_eq!(settled, accepted);
            prop_assert!(!state.holds(Whose::All));
        }
    }

    #[test]
    fn a_store_that_stays_away_is_given_up_after_the_retry_time() {
        let mut state = JournalState::new(16, 4, Duration::from_millis(200));
        state.push(record(), ()).unwrap();
        state.depart();
        let mut waited = Duration::ZERO;
        while let Next::RetryAfter(delay) = state.written(Err(Fault::Transient), TOOK) {
            waited += TOOK + delay;
        }
        assert!(waited <= Duration::from_millis(200) && !state.holds(Whose::All));
    }

    #[test]
    fn a_full_queue_hands_the_promise_back() {
        let mut state = JournalState::new(1, 4, Duration::ZERO);
        assert_eq!(state.push(record(), 1), Ok(()));
        assert_eq!(state.push(record(), 2), Err(2));
    }
}
