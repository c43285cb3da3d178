//! A client of a plain echo server: the floor that a chatbot's figures are compared with.

use std::collections::VecDeque;
use std::time::Instant;

use crate::conversation::{Ending, Finding};
use crate::dialogue::{self, Dialogue, Reply};
use crate::fault::Violation;

/// Sends texts and takes them back in their order.
#[derive(Debug)]
pub(crate) struct EchoClient {
    text_bytes: usize,
    said: u32,
    /// What has not come back, with the moment it was due.
    pending: VecDeque<(Instant, String)>,
}

impl EchoClient {
    /// A client whose texts have `text_bytes` bytes.
    pub(crate) fn new(text_bytes: usize) -> Self {
        Self { text_bytes, said: 0, pending: VecDeque::new() }
    }
}

impl Dialogue for EchoClient {
    fn opening(&mut self) -> Option<String> {
        None
    }

    fn is_open(&self) -> bool {
        true
    }

    fn say(&mut self, due: Instant) -> String {
        self.said += 1;
        let text = dialogue::text(self.said, self.text_bytes);
        self.pending.push_back((due, text.clone()));
        text
    }

    fn hear(&mut self, frame: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply {
        let Some((due, text)) = self.pending.pop_front() else {
            findings.push(Finding::Violated(Violation::UnexpectedAnswer));
            return Reply::None;
        };
        if text != frame {
            findings.push(Finding::Violated(Violation::AlteredAnswer));
        }
        findings.push(Finding::Answered(at.saturating_duration_since(due)));
        findings.push(Finding::Settled);
        Reply::None
    }

    fn in_flight(&self) -> usize {
        self.pending.len()
    }

    fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>) {
        for _ in self.pending.drain(..) {
            findings.push(Finding::Dropped(ending.fault()));
            if ending == Ending::Complete {
                findings.push(Finding::Violated(Violation::MissingAnswer));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn texts_come_back_in_order_unaltered_and_once() {
        let mut client = EchoClient::new(10);
        let now = Instant::now();
        let (first, second) = (client.say(now), client.say(now));
        let mut findings = Vec::new();
        client.hear(&first, now, &mut findings);
        assert_eq!(findings.last(), Some(&Finding::Settled));
        assert_ne!(first, second);
        findings.clear();
        client.hear(&first, now, &mut findings);
        client.hear(&second, now, &mut findings);
        let breaches: Vec<_> =
            findings.iter().filter(|found| matches!(found, Finding::Violated(_))).collect();
        let altered = Finding::Violated(Violation::AlteredAnswer);
        assert_eq!(breaches, [&altered, &Finding::Violated(Violation::UnexpectedAnswer)]);
    }

    #[test]
    fn what_never_came_back_is_missing() {
        let mut client = EchoClient::new(10);
        client.say(Instant::now());
        let mut findings = Vec::new();
        client.end(Ending::Complete, &mut findings);
        let missing = Finding::Violated(Violation::MissingAnswer);
        assert_eq!(findings, [Finding::Dropped(Fault::Unanswered), missing]);
    }
}
