//! A session's life, written down and lived again. Pure: the same happenings in the same order give the same frames.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::Reply;
use super::state::{CommandId, Effect, Input, Memory, Rules, SessionState, Ticket};
use super::transcript::Transcript;
use crate::model::{Event, MessageId, Publication, Refusal, Seq, SessionMeta, Timestamp};

/// The layout of [`Happening`]. A change of it, or of what it holds, takes the next number.
pub const RECORDING_VERSION: u16 = 3;

/// All that a life begins with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beginning {
    /// The fixed facts.
    pub meta: SessionMeta,
    /// The rules in force.
    pub rules: Rules,
    /// Durable events that are kept at hand.
    pub ring_len: usize,
    /// The number of its first record.
    pub first_ticket: Ticket,
    /// What an earlier life remembered.
    pub memory: Option<Memory>,
    /// The newest events of the stored history.
    pub events: Vec<Event>,
}

impl Beginning {
    /// The beginning of a session that is new.
    #[must_use]
    pub const fn first(meta: SessionMeta, rules: Rules, ring_len: usize) -> Self {
        Self { meta, rules, ring_len, first_ticket: Ticket(0), memory: None, events: Vec::new() }
    }

    /// The state that this is the beginning of, and the questions that an earlier life left unanswered.
    #[must_use]
    pub fn state(self) -> (SessionState, Vec<(MessageId, String)>) {
        let transcript = Transcript::new(self.ring_len);
        let mut state = SessionState::new(self.meta, self.rules, transcript).counting_from(self.first_ticket);
        let unanswered = state.recall(self.memory, &self.events);
        (state, unanswered)
    }
}

/// Something that happens to a session and shows in what its listeners get.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A life begins: the first happening of each.
    Began(Box<Beginning>),
    /// The state was given an input.
    Took {
        /// The input.
        input: Input,
        /// For a command from a socket: the number by which that socket knows it.
        number: Option<u32>,
    },
    /// A listener was attached.
    Attached {
        /// The position up to which it knows the history, where its gap was filled.
        after: Option<Seq>,
        /// What of the gap was read from the store.
        stored: Vec<Event>,
    },
    /// The life ended, and all of it is written down.
    Ended,
    /// What came from here on could not be written down.
    Hole,
}

/// What a session hands out: to all its listeners, or to who asked.
#[derive(Debug, Clone)]
pub enum Frame {
    /// To every listener, or to one that comes back.
    Publication(Arc<Publication>),
    /// The answer to a command of that number; 0 for who did not ask over a socket.
    Reply(u32, Result<Reply, Refusal>),
}

impl PartialEq for Frame {
    /// Two frames are equal when they are the same on the wire.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Publication(one), Self::Publication(another)) => {
                one.offset == another.offset && one.data == another.data
            }
            (Self::Reply(number, outcome), Self::Reply(other, another)) => {
                number == other && outcome == another
            }
            _ => false,
        }
    }
}

/// What effects hand out, in order. `number` gives the number under which a command is known to who asked.
pub fn frames(effects: &[Effect], number: impl Fn(CommandId) -> u32) -> Vec<Frame> {
    let frame = |effect: &Effect| match effect {
        Effect::Publish(publication) | Effect::Stream(publication) => {
            Some(Frame::Publication(Arc::clone(publication)))
        }
        Effect::Reply(id, outcome) => Some(Frame::Reply(number(*id), outcome.clone())),
        _ => None,
    };
    effects.iter().filter_map(frame).collect()
}

/// What a listener that is attached gets at once: what it missed, and the answer being written.
#[must_use]
pub fn welcome_frames(state: &SessionState, missed: &[Arc<Publication>]) -> Vec<Frame> {
    let missed = missed.iter().cloned();
    missed.chain(state.draft().map(Arc::new)).map(Frame::Publication).collect()
}

/// A life that is lived again.
#[derive(Debug)]
pub struct Replay {
    state: SessionState,
    numbers: HashMap<CommandId, u32>,
}

impl Replay {
    /// Begins the life anew.
    #[must_use]
    pub fn begin(beginning: Beginning) -> Self {
        Self { state: beginning.state().0, numbers: HashMap::new() }
    }

    /// Lets it happen, and gives what is handed out.
    pub fn live(&mut self, happening: Happening, at: Timestamp) -> Vec<Frame> {
        match happening {
            Happening::Began(beginning) => {
                *self = Self::begin(*beginning);
                Vec::new()
            }
            Happening::Took { input, number } => self.take(input, number, at),
            Happening::Attached { after, stored } => {
                let missed = after.and_then(|after| self.state.transcript().fill(after, &stored));
                welcome_frames(&self.state, &missed.unwrap_or_default())
            }
            Happening::Ended | Happening::Hole => Vec::new(),
        }
    }

    /// What the session knows now.
    #[must_use]
    pub const fn state(&self) -> &SessionState {
        &self.state
    }

    fn take(&mut self, input: Input, number: Option<u32>, at: Timestamp) -> Vec<Frame> {
        if let (Input::Command { id, .. }, Some(number)) = (&input, number) {
            self.numbers.insert(*id, number);
        }
        let mut effects = Vec::new();
        self.state.apply(input, at, &mut effects);
        let frames = frames(&effects, |id| self.numbers.get(&id).copied().unwrap_or(0));
        for effect in &effects {
            if let Effect::Reply(id, _) = effect {
                self.numbers.remove(id);
            }
        }
        frames
    }
}
