//! What is counted.

use uuid::Uuid;

use super::{AccountId, ChatbotId, MessageId, SessionId, Timestamp};

/// One counted thing. Written in the same transaction as what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Its id; an answer's row carries the answer's message id, so that it can't be counted twice.
    pub id: Uuid,
    /// Who pays.
    pub account_id: AccountId,
    /// Which chatbot caused it.
    pub chatbot_id: ChatbotId,
    /// In which conversation.
    pub session_id: Option<SessionId>,
    /// For which message.
    pub message_id: Option<MessageId>,
    /// What was used.
    pub kind: UsageKind,
    /// How much, in the kind's own unit.
    pub amount: u64,
    /// When.
    pub created_at: Timestamp,
}

/// What can be used up, and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UsageKind {
    /// Answers given; one credit each.
    Answer,
    /// Tokens that a model read.
    PromptTokens,
    /// Tokens that a model wrote.
    CompletionTokens,
    /// Pages fetched from the web.
    Page,
    /// Bytes stored of sources.
    StoredBytes,
}

impl UsageKind {
    /// The word in stores, documents and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::PromptTokens => "prompt_tokens",
            Self::CompletionTokens => "completion_tokens",
            Self::Page => "page",
            Self::StoredBytes => "stored_bytes",
        }
    }
}
