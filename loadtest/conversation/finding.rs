//! What goes into a conversation's check beside its lines, and what comes out of it.

use std::time::Duration;

use crate::fault::{Fault, Violation};

/// What a line from the server meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The message is durable, this long after it was due.
    Acknowledged(Duration),
    /// The first that was seen of an answer, this long after its question was due.
    FirstPiece(Duration),
    /// The whole answer, this long after its question was due.
    Answered(Duration),
    /// The message was refused, this long after it was due.
    Refused(Duration),
    /// Somebody else's message reached one who watches, this long after it was due.
    Delivered(Duration),
    /// A message has its acknowledgement and its answer: the turn is over.
    Settled,
    /// The message was refused, or its socket was lost: the turn is over without an answer.
    Dropped(Fault),
    /// Something worth counting that ends no turn.
    Noted(Fault),
    /// Something that a client gets over by itself, and its visitor does not see.
    Overcome(Fault),
    /// The contract was broken.
    Violated(Violation),
}

/// What the answers have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// Anything.
    Any,
    /// The question's own text.
    Echo,
}

/// What a visitor does about what passes by itself: a lost socket, a temporary refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Nothing: it is counted and over.
    GivesUp,
    /// Comes back after a while that is drawn by lot, and says the same again under the same id, as published clients do.
    Returns,
    /// The same, but tries at once: for how long a server takes to have everybody back.
    ReturnsAtOnce,
}

impl Persistence {
    /// Whether a visitor whose socket is lost comes back.
    pub(crate) fn returns(self) -> bool {
        self != Self::GivesUp
    }
}

/// Which messages are said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SayAgain {
    /// Those that were refused for now.
    Refused,
    /// All that have no acknowledgement: the socket that it may have come on is gone.
    Unacknowledged,
}

/// Why a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The run is over and there was time enough: what is open is missing.
    Complete,
    /// The socket was lost: what is open may have happened.
    Lost,
}

impl Ending {
    /// What to count for each message that it leaves open.
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Complete => Fault::Unanswered,
            Self::Lost => Fault::Abandoned,
        }
    }
}
