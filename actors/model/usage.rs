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
    /// What a model's tokens cost, in millionths of the money that the operator gives prices in.
    CostMicros,
    /// Pages fetched from the web.
    Page,
    /// Bytes stored of sources.
    StoredBytes,
    /// Those of the answers that were given to the owner's own questions.
    Evaluation,
}

impl UsageKind {
    /// The word in stores, documents and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::PromptTokens => "prompt_tokens",
            Self::CompletionTokens => "completion_tokens",
            Self::CostMicros => "cost_micros",
            Self::Page => "page",
            Self::StoredBytes => "stored_bytes",
            Self::Evaluation => "evaluation",
        }
    }

    /// The id of the row that counts this kind for an answer: the message's own for the answer itself, and one made from
    /// it for what the answer took. The same each time, so that nothing is counted twice.
    #[must_use]
    pub const fn row_of(self, answer: MessageId) -> Uuid {
        beside(answer, self.place())
    }

    /// The id of the row that counts this kind for what was suggested after an answer; as [`UsageKind::row_of`].
    #[must_use]
    pub const fn suggestions_row_of(self, answer: MessageId) -> Uuid {
        beside(answer, self.place() + 8)
    }

    const fn place(self) -> u128 {
        match self {
            Self::Answer => 0,
            Self::PromptTokens => 1,
            Self::CompletionTokens => 2,
            Self::Page => 3,
            Self::StoredBytes => 4,
            Self::CostMicros => 5,
            Self::Evaluation => 6,
        }
    }
}

const fn beside(answer: MessageId, place: u128) -> Uuid {
    // The last bits of an id of version 7 are chance; its time is elsewhere.
    Uuid::from_u128(answer.as_uuid().as_u128() ^ (place << 56))
}
