//! Models.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::{ToolCall, ToolUse};
use crate::model::{FaultKind, PassedOver, Role, StopReason, Tokens};

/// One earlier message, as a model is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who spoke.
    pub role: Role,
    /// The words.
    pub text: String,
}

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRequest {
    /// Instructions with the fenced passages.
    pub system: String,
    /// Earlier messages, oldest first, then the question.
    pub turns: Vec<Turn>,
    /// A model other than the provider's own.
    pub model: Option<String>,
    /// The tools that the model may call, and what they have said.
    pub tools: ToolUse,
}

/// A part of an answer as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// More text.
    Text(String),
    /// The end, with what it took.
    Finished(AnswerEnd),
}

/// How an answer ended and what it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerEnd {
    /// The model that answered.
    pub model: Option<String>,
    /// Tokens, where the provider counts them.
    pub tokens: Tokens,
    /// What they cost, in millionths of the money that the operator gives prices in; none where no price is known.
    pub cost_micros: Option<u64>,
    /// Why the model stopped.
    pub stop: StopReason,
    /// The tools that the model wants to be called before it goes on, in order.
    pub calls: Vec<ToolCall>,
}

/// Why there is no (further) answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerFault {
    /// The provider asks to come back later.
    #[error("the provider limits the rate of requests")]
    RateLimited {
        /// When, if it says so.
        retry_after: Option<Duration>,
    },
    /// The provider refuses the request itself: wrong key, unknown model.
    #[error("the provider refuses the request with status {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// In the provider's words.
        message: String,
    },
    /// Out of reach, failing, or its stream broke off.
    #[error("the provider can't be reached or failed: {0}")]
    Unavailable(String),
    /// What came is no answer of the protocol.
    #[error("the provider sent something that is not understood: {0}")]
    Garbled(String),
    /// Nothing came for too long.
    #[error("the provider sent nothing for {0:?}")]
    TimedOut(Duration),
    /// It failed too often, and is not asked for a while.
    #[error("the provider failed again and again and is left alone for {0:?}")]
    Resting(Duration),
}

impl AnswerFault {
    /// What is kept of it in receipts: its kind, and nothing of what the provider said.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        match self {
            Self::RateLimited { .. } => FaultKind::RateLimited,
            Self::Refused { .. } => FaultKind::Refused,
            Self::Unavailable(_) => FaultKind::Unavailable,
            Self::Garbled(_) => FaultKind::Garbled,
            Self::TimedOut(_) => FaultKind::TimedOut,
            Self::Resting(_) => FaultKind::Resting,
        }
    }
}

/// The pieces of one answer. Ends after [`Piece::Finished`] or the first fault; dropping it ends the request.
pub type PieceStream = BoxStream<'static, Result<Piece, AnswerFault>>;

/// A model behind an address.
#[async_trait]
pub trait Answerer: Send + Sync {
    /// Asks, and returns the answer as it comes.
    ///
    /// # Errors
    /// When the provider refuses or can't be reached before the first piece.
    async fn answer(&self, request: AnswerRequest) -> Result<PieceStream, AnswerFault>;
}

/// The configured models, by name.
pub trait Providers: Send + Sync {
    /// The provider of that name, or the only one where no name is given.
    fn find(&self, name: Option<&str>) -> Option<(String, Arc<dyn Answerer>)>;

    /// Hears that a question went on to the next answerer, for what is counted.
    fn passed_over(&self, _passed_over: &PassedOver) {}
}
