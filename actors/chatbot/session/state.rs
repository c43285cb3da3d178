//! What a session knows and how it decides: inputs go in, effects come out. No waiting, no outside.

mod answering;
mod durable;
mod phases;
mod recovery;
mod step;
mod suggesting;
mod talking;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::durable::Durable;
use super::command::{Command, Reply};
use super::transcript::{Known, Transcript};
use crate::kernel::{Pace, TokenBucket};
use crate::model::{
    AgentName, AnswerId, ConfigVersion, Event, MessageId, Phase, Publication, Refusal, Seq, SessionMeta,
    Timestamp,
};
use crate::ports::RecordBody;

pub use recovery::Memory;
pub use step::{AnswerStep, Finished, Suggested};

/// A command under way; unique in one life of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId(pub u64);

/// A record under way to the store; counts up from 0 in one life of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ticket(pub u64);

/// The chatbot's rules that a session follows. A change holds from the next command on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The configuration they were taken from.
    pub config_version: ConfigVersion,
    /// Whether answers are written or said back at once.
    pub style: AnswerStyle,
    /// Longest message, in characters.
    pub message_chars_max: usize,
    /// How often a visitor may write.
    pub pace: Option<Pace>,
    /// Questions that may wait.
    pub questions_max: usize,
}

/// How an answer comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerStyle {
    /// The visitor's own words, together with the acknowledgement.
    Echo,
    /// Piece by piece.
    Written,
}

/// Whether an answer may be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credit {
    /// One credit is held for it.
    Held,
    /// None is needed.
    NotNeeded,
    /// There is none.
    Refused(Refusal),
}

/// Ids drawn for one command, used only where it needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshIds {
    /// For the message that the command brings.
    pub message_id: MessageId,
    /// For the message that answers it.
    pub answer_message_id: MessageId,
    /// For the attempt to answer it.
    pub answer_id: AnswerId,
}

/// A question that waits for its answer or gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The visitor's message.
    pub message_id: MessageId,
    /// Its words.
    pub text: String,
    /// The attempt.
    pub answer_id: AnswerId,
    /// The message that the answer will be.
    pub answer_message_id: MessageId,
}

/// What happens to a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The session is new.
    Opened,
    /// Somebody wishes something.
    Command {
        /// For the reply.
        id: CommandId,
        /// The wish.
        command: Command,
        /// Ids to use.
        fresh: FreshIds,
        /// Whether an answer may be given.
        credit: Credit,
    },
    /// All records up to this one are durable.
    Kept(Ticket),
    /// The record and all after it are not, as far as anybody knows.
    Lost,
    /// The answer goes on.
    Answer {
        /// Which attempt.
        answer_id: AnswerId,
        /// How.
        step: AnswerStep,
    },
    /// The chatbot's rules have changed.
    Ruled(Rules),
    /// A credit is held again for a question that an earlier life left unanswered.
    Resumed {
        /// The visitor's message.
        message_id: MessageId,
        /// Its words.
        text: String,
        /// Ids to use.
        fresh: FreshIds,
    },
    /// A question of an earlier life gets no answer.
    Declined {
        /// The visitor's message.
        message_id: MessageId,
        /// For the message that says so.
        notice_id: MessageId,
        /// Why.
        refusal: Refusal,
    },
}

/// What a session wants done.
#[derive(Debug)]
pub enum Effect {
    /// Answer a command.
    Reply(CommandId, Result<Reply, Refusal>),
    /// Tell every listener.
    Publish(Arc<Publication>),
    /// Tell every listener a piece; those who lag get `so_far` in its stead later.
    Stream(Arc<Publication>),
    /// Keep something; answered by [`Input::Kept`] or [`Input::Lost`] in the order of tickets. With an answer goes one
    /// held credit: it is spent when the answer is stored.
    Keep(Ticket, RecordBody),
    /// Begin to answer.
    StartAnswer(Question),
    /// Stop the answer that is being made.
    CancelAnswer,
    /// One held credit is free again.
    Release,
    /// What is stored is not known any more: read it again.
    Reload,
}

/// What follows once a record is durable.
#[derive(Debug)]
enum Then {
    Nothing,
    Ask(Question),
    Publish(Arc<Publication>),
}

/// A record that is not durable yet.
#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    events: Arc<[Event]>,
    replies: Vec<(CommandId, Reply)>,
    then: Then,
}

/// The answer that is being written.
#[derive(Debug)]
struct Writing {
    question: Question,
    pieces: u32,
    text: String,
}

/// A session's memory.
#[derive(Debug)]
pub struct SessionState {
    meta: Box<SessionMeta>,
    rules: Rules,
    phase: Phase,
    agent: Option<AgentName>,
    transcript: Transcript,
    bucket: TokenBucket,
    first_ticket: Ticket,
    tickets: u64,
    pending: VecDeque<Pending>,
    waiting: VecDeque<Question>,
    writing: Option<Writing>,
    /// The answer that was finished last.
    answered: Option<suggesting::Answered>,
    durable: Durable,
    stored: Stored,
}

/// Whether the session itself is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    /// It has a row, or somebody else has seen to that.
    Yes,
    /// Its first record is under way.
    NotYet,
}

impl SessionState {
    /// A session with the history that `transcript` holds.
    #[must_use]
    pub fn new(meta: SessionMeta, rules: Rules, transcript: Transcript) -> Self {
        Self {
            meta: Box::new(meta),
            rules,
            phase: Phase::default(),
            agent: None,
            transcript,
            bucket: TokenBucket::default(),
            first_ticket: Ticket(0),
            tickets: 0,
            pending: VecDeque::new(),
            waiting: VecDeque::new(),
            writing: None,
            answered: None,
            durable: Durable::default(),
            stored: Stored::Yes,
        }
    }

    /// Counts records from `first`, so that none of an earlier reading of the same history is mistaken for one of this.
    #[must_use]
    pub const fn counting_from(mut self, first: Ticket) -> Self {
        self.tickets = first.0;
        self.first_ticket = first;
        self
    }

    /// The number of the record that is kept next.
    #[must_use]
    pub const fn next_ticket(&self) -> Ticket {
        Ticket(self.tickets)
    }

    /// Whether that record belongs to this reading of the history, and not to an earlier one.
    #[must_use]
    pub fn owns(&self, ticket: Ticket) -> bool {
        self.first_ticket <= ticket && ticket < self.next_ticket()
    }

    /// Whether nothing was ever stored of this session: it can be opened again with the same facts.
    #[must_use]
    pub fn is_unstored(&self) -> bool {
        self.stored == Stored::NotYet
    }

    /// Takes one input and appends what is to be done to `out`, in order.
    pub fn apply(&mut self, input: Input, now: Timestamp, out: &mut Vec<Effect>) {
        match input {
            Input::Opened => {
                self.stored = Stored::NotYet;
                self.keep(RecordBody::Opened(self.meta.clone()), Then::Nothing, out);
            }
            Input::Command { id, command, fresh, credit } => {
                let held = credit == Credit::Held;
                let wish = talking::Wish { id, fresh, credit, now };
                let used = self.obey(command, wish, out);
                if held && used == talking::CreditUse::Untouched {
                    out.push(Effect::Release);
                }
            }
            Input::Kept(ticket) => self.kept(ticket, out),
            Input::Lost => self.lost(out),
            Input::Answer { answer_id, step } => self.answer_step(answer_id, step, now, out),
            Input::Ruled(rules) => self.rules = rules,
            Input::Resumed { message_id, text, fresh } => self.resume(message_id, text, fresh, out),
            Input::Declined { message_id, notice_id, refusal } => {
                self.decline((message_id, notice_id), &refusal, now, out);
            }
        }
    }

    /// The fixed facts.
    #[must_use]
    pub const fn meta(&self) -> &SessionMeta {
        &self.meta
    }

    /// Who may answer now.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The history.
    #[must_use]
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The rules in force.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether nothing is under way: no record, no answer, no question.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.pending.is_empty() && self.writing.is_none() && self.waiting.is_empty()
    }

    /// The last durable position.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.transcript.published()
    }

    fn keep(&mut self, body: RecordBody, then: Then, out: &mut Vec<Effect>) -> &mut Pending {
        let events = match &body {
            RecordBody::Events { events, .. } => Arc::clone(events),
            _ => Arc::default(),
        };
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        out.push(Effect::Keep(ticket, body));
        self.pending.push_back_mut(Pending { ticket, events, replies: Vec::new(), then })
    }

    fn kept(&mut self, up_to: Ticket, out: &mut Vec<Effect>) {
        while self.pending.front().is_some_and(|pending| pending.ticket <= up_to) {
            let Some(pending) = self.pending.pop_front() else { return };
            self.stored = Stored::Yes;
            for (id, reply) in pending.replies {
                out.push(Effect::Reply(id, Ok(reply)));
            }
            for event in pending.events.iter() {
                self.durable.take(event);
                out.push(Effect::Publish(self.transcript.publish(event)));
            }
            match pending.then {
                Then::Nothing => {}
                Then::Ask(question) => self.ask(question, out),
                Then::Publish(publication) => out.push(Effect::Publish(publication)),
            }
        }
    }

    fn lost(&mut self, out: &mut Vec<Effect>) {
        for pending in self.pending.drain(..) {
            for (id, _) in pending.replies {
                out.push(Effect::Reply(id, Err(Refusal::overloaded())));
            }
            if matches!(pending.then, Then::Ask(_)) {
                out.push(Effect::Release);
            }
        }
        self.drop_answers(out);
        out.push(Effect::Reload);
    }
}
