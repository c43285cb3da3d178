//! Why a command is not carried out: part of the product, shown to people.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The numbers of the public protocol. Those up to 113 are the Centrifugal protocol's own, ours begin at 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum RefusalCode {
    /// Something of ours broke; the same command may succeed in a moment.
    Internal = 100,
    /// The method is not known.
    MethodNotFound = 104,
    /// The command's data can't be understood.
    BadRequest = 107,
    /// The command exists in the protocol and is not offered here.
    NotAvailable = 108,
    /// The token was good once.
    TokenExpired = 109,
    /// Too many commands in too short a time.
    RateLimited = 1001,
    /// The account has no answer left in this period.
    QuotaExceeded = 1002,
    /// The text is longer than the chatbot takes.
    MessageTooLong = 1003,
    /// The chatbot is being loaded or is isolated after repeated failures.
    ChatbotNotReady = 1004,
    /// The answer could not be made.
    AnswerFailed = 1005,
    /// The chatbot speaks only to visitors who prove who they are.
    IdentityRequired = 1006,
    /// The conversation has ended.
    SessionClosed = 1007,
    /// More work than can be done honestly now; nothing was stored.
    Overloaded = 1008,
}

impl RefusalCode {
    /// Whether the same command may succeed later without change.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::Internal
                | Self::RateLimited
                | Self::ChatbotNotReady
                | Self::AnswerFailed
                | Self::Overloaded
        )
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32
    }
}

/// A command that is not carried out, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which kind.
    pub code: RefusalCode,
    /// What happened and what to do, in one or two plain sentences.
    pub message: String,
    /// When trying again makes sense.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal with its explanation.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// Says when trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The store, a mailbox or a queue is full or out of reach; nothing was stored.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::new(
            RefusalCode::Overloaded,
            "The service is busy and has not stored this message. Send it again with the same id in a moment.",
        )
        .retry_after(Duration::from_secs(1))
    }

    /// The process is being stopped; whoever comes again lands in another one, or in its successor.
    #[must_use]
    pub fn leaving() -> Self {
        Self::new(
            RefusalCode::Overloaded,
            "The server is being restarted and has not stored this. Send it again with the same id in a moment.",
        )
        .retry_after(Duration::from_secs(1))
    }

    /// The actor that held the command ended before it could answer.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(
            RefusalCode::Internal,
            "The conversation was interrupted and is being restored. Send this again with the same id.",
        )
        .retry_after(Duration::from_millis(200))
    }
}
