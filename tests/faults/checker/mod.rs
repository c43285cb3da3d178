//! What must be true of a run, whatever went wrong in it: records in, violations out. Nothing here waits, asks or knows
//! the server.

mod durability;
#[cfg(test)]
mod generator;
mod isolation;
mod marker;
mod money;
mod order;
#[cfg(test)]
mod properties;
mod record;
mod stream;
mod takeover;
mod trouble;

pub use isolation::foreign_marker;
pub use marker::Marker;
pub use record::{
    Account, Answering, Balance, Calls, Connected, Conversation, Event, History, Kind, Publication, Role,
    Stored,
};
pub use trouble::{Blast, Trouble, check as check_troubles};

use serde::Serialize;

/// What was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// Every acknowledged message is stored.
    AcknowledgedIsStored,
    /// Every message is stored at most once, and always acknowledged with the same position.
    StoredOnce,
    /// Everything stored was said.
    NothingInvented,
    /// Positions have no holes and follow the order of sending.
    InOrder,
    /// Publications have no holes, or the client is told; what was published is what is stored.
    NoSilentGap,
    /// The pieces of an answer make the answer, and the answer is the right one.
    PiecesMakeTheAnswer,
    /// Every question is answered once, or said to be unanswered.
    AnsweredOnce,
    /// While a person speaks, the assistant does not.
    OneVoice,
    /// Usage rows, settled answers and a model's completed calls agree.
    BilledOnce,
    /// Nothing of one conversation is seen in another.
    Fenced,
    /// Refusals are temporary, and only where something is broken.
    RefusedForNow,
}

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// Where and how.
    pub what: String,
}

/// Everything that is wrong with a history.
pub fn check(history: &History) -> Vec<Violation> {
    let mut found = Findings::default();
    for conversation in &history.conversations {
        found.place(conversation);
        durability::check(conversation, &mut found);
        order::check(conversation, &mut found);
        stream::check(conversation, &mut found);
        takeover::check(conversation, &mut found);
        isolation::check(conversation, &mut found);
        if !history.clocks_jumped && conversation.events.contains(&Event::Expired) {
            found.broken(Promise::RefusedForNow, "a token expired while somebody used it");
        }
    }
    found.place.clear();
    money::check(history, &mut found);
    found.violations
}

/// Violations as they are found.
#[derive(Debug, Default)]
struct Findings {
    place: String,
    violations: Vec<Violation>,
}

impl Findings {
    fn place(&mut self, conversation: &Conversation) {
        self.place = format!("conversation {} of tenant {}: ", conversation.session, conversation.tenant);
    }

    fn broken(&mut self, promise: Promise, what: impl std::fmt::Display) {
        self.violations.push(Violation { promise, what: format!("{}{what}", self.place) });
    }
}
