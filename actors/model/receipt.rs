//! How an answer came about: kept beside it, so that it can be explained later.

use serde::{Deserialize, Serialize};

use super::{ChunkId, ConfigVersion, DocumentId, SourceId};

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
    /// What they cost, in millionths of the money that the operator gives prices in, where a price is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost_micros: Option<u64>,
    /// Why the model stopped, where one was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stop: Option<StopReason>,
    /// Who was asked before and did not begin to answer, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub passed_over: Vec<PassedOver>,
    /// The tools that were called, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tools: Vec<ReceiptToolCall>,
    /// The passages that were given, best first.
    pub chunks: Vec<ReceiptChunk>,
    /// Time by stage.
    pub times: StageTimes,
}

impl Receipt {
    /// The receipt of an answer by `provider` that nothing else is known of.
    #[must_use]
    pub fn of(config_version: ConfigVersion, provider: impl Into<String>) -> Self {
        Self {
            config_version,
            prompt_hash: None,
            provider: provider.into(),
            model: None,
            tokens: Tokens::default(),
            cost_micros: None,
            stop: None,
            passed_over: Vec::new(),
            tools: Vec::new(),
            chunks: Vec::new(),
            times: StageTimes::default(),
        }
    }
}

/// An answerer that was asked and said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// Its configured name.
    pub provider: String,
    /// Why it said nothing.
    pub fault: FaultKind,
}

/// Why a provider gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It limits the rate of requests.
    RateLimited,
    /// It refused the request.
    Refused,
    /// It could not be reached, or failed.
    Unavailable,
    /// What it sent was no answer.
    Garbled,
    /// It took too long.
    TimedOut,
    /// It failed too often before and was not asked.
    Resting,
    /// The server has no provider of that name.
    NotConfigured,
}

/// One call of a tool. What was sent and what came back is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptToolCall {
    /// The tool, by the name that the model knows.
    pub tool: String,
    /// The round of calls that it was part of, from 1.
    pub round: u32,
    /// How it went.
    pub status: ToolStatus,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Bytes of the result that the model was shown.
    pub result_bytes: u64,
    /// Hex SHA-256 of the arguments, their keys in order.
    pub arguments_hash: String,
}

/// How the call of a tool went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// It gave a result.
    Succeeded,
    /// It reported an error, or could not be reached.
    Failed,
    /// It took too long.
    TimedOut,
    /// It was not made: there is no such tool, its arguments don't fit, or there were too many calls.
    Rejected,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It had said everything.
    #[default]
    Complete,
    /// It had written as much as it may.
    Length,
    /// It, or a filter behind it, would not say it.
    Refusal,
}

/// A passage and how well it matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiptChunk {
    /// The passage.
    pub chunk_id: ChunkId,
    /// The source it was read from; receipts of the first versions don't name it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_id: Option<SourceId>,
    /// The document version it was cut from.
    pub document_id: DocumentId,
    /// First and one-past-last byte in that version's text.
    pub span: (u64, u64),
    /// The final score.
    pub score: f32,
    /// Whether the answer quotes it.
    #[serde(default)]
    pub cited: bool,
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
