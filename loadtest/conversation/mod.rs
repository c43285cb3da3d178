//! One session's history, followed line by line and held against the contract.
//!
//! Pure: what was sent and what came, with their moments, go in; findings come out. It knows no socket, no clock and
//! no JSON text, so every breach can be told to it in a test.

mod finding;
mod returning;
mod running;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Instant;

pub(crate) use crate::conversation::finding::{Ending, Expectation, Finding, Persistence, SayAgain};
use crate::conversation::running::RunningAnswers;
use crate::fault::{Fault, Violation};
use crate::wire::{Acknowledgement, Kind, Publication, PublicationData, Role};

/// One session as its visitor knows it.
#[derive(Debug)]
pub(crate) struct Conversation {
    expectation: Expectation,
    /// Offset of the newest durable publication.
    position: u64,
    /// The position is known from the connect reply; before that, offsets can't be judged.
    positioned: bool,
    /// Messages without an acknowledgement or without an answer, in the order of their commands.
    pending: VecDeque<Pending>,
    /// Answers being written.
    running: RunningAnswers,
    /// The newest command; 0 while nothing has been sent.
    newest_command: u32,
}

/// A message on its way through the server.
#[derive(Debug)]
struct Pending {
    command: u32,
    due: Instant,
    text: String,
    delivery: Delivery,
    /// From the acknowledgement.
    acknowledged: Option<Option<u64>>,
    /// From its publication.
    published: Option<Published>,
    answered: bool,
}

/// How often a message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Once,
    /// The server refused it for now.
    Refused,
    /// The reply may say that the message is known already.
    Again,
}

/// What the server made of a message.
#[derive(Debug)]
struct Published {
    message_id: String,
    offset: Option<u64>,
}

impl Conversation {
    /// A conversation in which nothing has been said.
    pub(crate) fn new(expectation: Expectation) -> Self {
        Self {
            expectation,
            position: 0,
            positioned: false,
            pending: VecDeque::new(),
            running: RunningAnswers::default(),
            newest_command: 0,
        }
    }

    /// Messages that wait for an acknowledgement or an answer.
    pub(crate) fn in_flight(&self) -> usize {
        self.pending.len()
    }

    /// The connect reply named the history's newest offset. Pushes may have come before it.
    pub(crate) fn connected(&mut self, offset: u64) {
        self.position = self.position.max(offset);
        self.positioned = true;
    }

    /// A message leaves; its command ids only grow, and it counts from `due`.
    pub(crate) fn sent(&mut self, command: u32, text: String, due: Instant) {
        self.newest_command = command;
        self.pending.push_back(Pending {
            command,
            due,
            text,
            delivery: Delivery::Once,
            acknowledged: None,
            published: None,
            answered: false,
        });
    }

    /// The reply to a `message.send`.
    pub(crate) fn acknowledged(
        &mut self,
        command: u32,
        reply: &Acknowledgement,
        at: Instant,
        findings: &mut Vec<Finding>,
    ) {
        let Some(index) = self.open_command(command, findings) else { return };
        let Some(pending) = self.pending.get_mut(index) else { return };
        pending.acknowledged = Some(reply.seq);
        findings.push(Finding::Acknowledged(at.saturating_duration_since(pending.due)));
        if reply.duplicate && pending.delivery == Delivery::Once {
            findings.push(Finding::Violated(Violation::FalseDuplicate));
        }
        if reply.seq.is_none() {
            findings.push(Finding::Violated(Violation::MissingSeq));
        }
        self.settle(index, findings);
    }

    /// The refusal of a `message.send`.
    pub(crate) fn refused(&mut self, command: u32, code: u32, at: Instant, findings: &mut Vec<Finding>) {
        if let Some(index) = self.open_command(command, findings)
            && let Some(pending) = self.pending.remove(index)
        {
            findings.push(Finding::Refused(at.saturating_duration_since(pending.due)));
            findings.push(Finding::Dropped(Fault::Refused(code)));
        }
    }

    /// Where the message of a command that has no reply yet waits.
    fn open_command(&self, command: u32, findings: &mut Vec<Finding>) -> Option<usize> {
        let index = self.pending.binary_search_by_key(&command, |pending| pending.command).ok();
        let open =
            index.filter(|index| self.pending.get(*index).is_some_and(|found| found.acknowledged.is_none()));
        if open.is_none() {
            let never_sent = command > self.newest_command;
            let breach =
                if never_sent { Violation::UnknownReply } else { Violation::DuplicateAcknowledgement };
            findings.push(Finding::Violated(breach));
        }
        open
    }

    /// A publication on the session's channel.
    pub(crate) fn published(
        &mut self,
        publication: &Publication<'_>,
        at: Instant,
        findings: &mut Vec<Finding>,
    ) {
        if let Some(offset) = publication.offset {
            self.advance(offset, findings);
        }
        let data = &publication.data;
        match data.kind {
            Kind::Message => self.message(publication, at, findings),
            Kind::Delta => findings.extend(self.running.delta(data, at).map(Finding::Violated)),
            Kind::Snapshot => self.running.snapshot(data, at),
            Kind::Notice => {
                let code = data.code.map_or("unknown", |code| code.get().trim_matches('"'));
                findings.push(Finding::Noted(Fault::Noticed(code.to_owned())));
            }
            Kind::Other => {}
        }
    }

    /// Offsets follow each other without a hole.
    fn advance(&mut self, offset: u64, findings: &mut Vec<Finding>) {
        if self.positioned && offset <= self.position {
            findings.push(Finding::Violated(Violation::OffsetRepeated));
        } else if self.positioned && offset > self.position + 1 {
            findings.push(Finding::Violated(Violation::OffsetHole));
        }
        self.position = self.position.max(offset);
    }

    fn message(&mut self, publication: &Publication<'_>, at: Instant, findings: &mut Vec<Finding>) {
        if publication.offset.is_none() {
            findings.push(Finding::Violated(Violation::MissingOffset));
        }
        match publication.data.role {
            Some(Role::Visitor) => {
                let breach = self.own_message(&publication.data, publication.offset);
                findings.extend(breach.map(Finding::Violated));
            }
            Some(Role::Assistant) => self.answer(&publication.data, at, findings),
            Some(Role::Other) => {}
            None => findings.push(Finding::Violated(Violation::UnreadableLine)),
        }
    }

    /// The visitor's own message comes back, once, as it was sent.
    fn own_message(&mut self, data: &PublicationData<'_>, offset: Option<u64>) -> Option<Violation> {
        let Ok(command) = data.client_id.parse::<u32>() else { return Some(Violation::UnknownMessage) };
        let found = self.pending.binary_search_by_key(&command, |pending| pending.command);
        let Some(pending) = found.ok().and_then(|index| self.pending.get_mut(index)) else {
            let sent_before = command <= self.newest_command;
            return Some(if sent_before { Violation::DuplicateMessage } else { Violation::UnknownMessage });
        };
        let message_id = data.message_id.clone().into_owned();
        if pending.published.replace(Published { message_id, offset }).is_some() {
            return Some(Violation::DuplicateMessage);
        }
        (pending.text != data.text).then_some(Violation::AlteredMessage)
    }

    /// A whole answer: equal to its pieces, and the only one to its question.
    fn answer(&mut self, data: &PublicationData<'_>, at: Instant, findings: &mut Vec<Finding>) {
        let running = self.running.finish(&data.message_id);
        if running.as_ref().is_some_and(|running| running.text != data.text) {
            findings.push(Finding::Violated(Violation::DeltaMismatch));
        }
        let Some(index) = self.question(data) else {
            // A greeting comes before anything was asked and answers nobody.
            if self.newest_command > 0 || data.reply_to.is_some() {
                findings.push(Finding::Violated(Violation::UnexpectedAnswer));
            }
            return;
        };
        let Some(pending) = self.pending.get_mut(index) else { return };
        pending.answered = true;
        let since_due = |moment: Instant| moment.saturating_duration_since(pending.due);
        findings.push(Finding::FirstPiece(since_due(running.map_or(at, |running| running.first_at))));
        findings.push(Finding::Answered(since_due(at)));
        if self.expectation == Expectation::Echo && pending.text != data.text {
            findings.push(Finding::Violated(Violation::AlteredAnswer));
        }
        if pending.published.is_none() {
            findings.push(Finding::Violated(Violation::UnpublishedMessage));
        }
        self.settle(index, findings);
    }

    /// Which unanswered message an answer belongs to; without `reply_to`, the oldest.
    fn question(&self, data: &PublicationData<'_>) -> Option<usize> {
        self.pending.iter().position(|pending| {
            !pending.answered
                && data.reply_to.as_deref().is_none_or(|message_id| {
                    pending.published.as_ref().is_some_and(|published| published.message_id == message_id)
                })
        })
    }

    /// Ends the turn when it has its acknowledgement and its answer.
    fn settle(&mut self, index: usize, findings: &mut Vec<Finding>) {
        let Some(pending) = self.pending.get(index) else { return };
        let (true, Some(seq)) = (pending.answered, pending.acknowledged) else { return };
        let offset = pending.published.as_ref().and_then(|published| published.offset);
        if seq.is_some() && offset.is_some() && seq != offset {
            findings.push(Finding::Violated(Violation::SeqMismatch));
        }
        self.pending.remove(index);
        findings.push(Finding::Settled);
    }

    /// Nothing more will come.
    pub(crate) fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>) {
        for pending in self.pending.drain(..) {
            findings.push(Finding::Dropped(ending.fault()));
            if ending == Ending::Complete {
                let acknowledgement =
                    pending.acknowledged.is_none().then_some(Violation::MissingAcknowledgement);
                let answer = (!pending.answered).then_some(Violation::MissingAnswer);
                findings.extend([acknowledgement, answer].into_iter().flatten().map(Finding::Violated));
            }
        }
        let unfinished = self.running.abandon();
        if ending == Ending::Complete {
            findings.extend((0..unfinished).map(|_| Finding::Violated(Violation::UnfinishedAnswer)));
        }
    }
}
