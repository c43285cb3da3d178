//! How an answer came about: kept beside it, so that it can be explained later.

use serde::{Deserialize, Serialize};

use super::{ChunkId, ConfigVersion, DocumentId};

/// The account of one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The configuration that was in force.
    pub config_version: ConfigVersion,
    /// Hex SHA-256 of the prompt, where a model was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prompt_hash: Option<String>,
    /// Who answered: `extractive`, `echo` or the provider's configured name.
    pub provider: String,
    /// The model, where one was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// Tokens counted by the provider.
    pub tokens: Tokens,
    /// The passages that were given, best first.
    pub chunks: Vec<ReceiptChunk>,
    /// Time by stage.
    pub times: StageTimes,
}

/// A passage and how well it matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptChunk {
    /// The passage.
    pub chunk_id: ChunkId,
    /// The document version it was cut from.
    pub document_id: DocumentId,
    /// First and one-past-last byte in that version's text.
    pub span: (u64, u64),
    /// The final score.
    pub score: f32,
}

/// Tokens of one model call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read by the model.
    pub prompt: u64,
    /// Written by the model.
    pub completion: u64,
}

/// Where the time went, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTimes {
    /// Searching the chatbot's knowledge.
    pub retrieve_us: u64,
    /// From asking the answerer to its first piece.
    pub first_piece_us: u64,
    /// From asking the answerer to its last piece.
    pub answer_us: u64,
}
