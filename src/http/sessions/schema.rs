//! The words of conversations and receipts, as OpenAPI describes them.

#![expect(dead_code, reason = "these types are described to clients and never made")]

use utoipa::ToSchema;

use super::outdated::OutdatedSource;

/// Who may answer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SessionState {
    /// The chatbot answers.
    Assistant,
    /// The visitor asked for a person.
    Waiting,
    /// A person has taken over.
    Agent,
    /// Nobody may write any more.
    Closed,
}

/// Who speaks.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Role {
    /// The person on the website.
    Visitor,
    /// The chatbot.
    Assistant,
    /// A person of the team.
    Agent,
    /// The platform itself.
    System,
}

/// Who a visitor says to be.
#[derive(ToSchema)]
pub(crate) struct Visitor {
    /// The site's own id of the person.
    pub id: Option<String>,
    /// A name to show.
    pub name: Option<String>,
    /// An address to write to.
    pub email: Option<String>,
}

/// How an answer came about.
#[derive(ToSchema)]
pub(crate) struct Receipt {
    /// The configuration that was in force.
    pub config_version: u32,
    /// Hexadecimal SHA-256 of the prompt, where a model was asked.
    pub prompt_hash: Option<String>,
    /// Who answered: a provider's name, `extractive`, `curated` (the owner's own answer), `refusal`, `echo`, or
    /// `stopped` where the answer was broken off.
    pub provider: String,
    /// The model, where one was asked.
    pub model: Option<String>,
    /// Tokens counted by the provider.
    pub tokens: ReceiptTokens,
    /// What they cost, in millionths of the money that the operator gives prices in; absent where no price is known.
    pub cost_micros: Option<u64>,
    /// Why the model stopped, where one was asked.
    pub stop: Option<StopReason>,
    /// Who was asked before and did not begin to answer, in order; absent where nobody was.
    pub passed_over: Option<Vec<PassedOver>>,
    /// The tools that were called, in order; absent where none was.
    pub tools: Option<Vec<ReceiptToolCall>>,
    /// The passages that were given, best first.
    pub chunks: Vec<ReceiptChunk>,
    /// Where the time went.
    pub times: ReceiptTimes,
    /// The cited sources that have changed or gone since.
    pub outdated_sources: Vec<OutdatedSource>,
}

/// One call of a tool. What was sent and what came back is not kept.
#[derive(ToSchema)]
pub(crate) struct ReceiptToolCall {
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
    /// Hexadecimal SHA-256 of the arguments, their keys in order.
    pub arguments_hash: String,
}

/// How the call of a tool went.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ToolStatus {
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
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum StopReason {
    /// It had said everything.
    Complete,
    /// It had written as much as it may.
    Length,
    /// It, or a filter behind it, would not say it.
    Refusal,
}

/// An answerer that was asked and said nothing.
#[derive(ToSchema)]
pub(crate) struct PassedOver {
    /// Its name.
    pub provider: String,
    /// Why.
    pub fault: FaultKind,
}

/// Why a provider gave no answer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FaultKind {
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

/// Tokens of a model call.
#[derive(ToSchema)]
pub(crate) struct ReceiptTokens {
    /// Read by the model.
    pub prompt: u64,
    /// Written by the model.
    pub completion: u64,
}

/// A passage and how well it matched.
#[derive(ToSchema)]
pub(crate) struct ReceiptChunk {
    /// The passage.
    pub chunk_id: uuid::Uuid,
    /// The source it was read from.
    pub source_id: Option<uuid::Uuid>,
    /// The document version that it was cut from.
    pub document_id: uuid::Uuid,
    /// First and one-past-last byte in that version's text.
    #[schema(min_items = 2, max_items = 2)]
    pub span: Vec<u64>,
    /// The final score.
    pub score: f32,
    /// Whether the answer quotes it.
    pub cited: bool,
}

/// Where the time went, in microseconds.
#[derive(ToSchema)]
pub(crate) struct ReceiptTimes {
    /// Searching.
    pub retrieve_us: u64,
    /// To the first piece of the answer.
    pub first_piece_us: u64,
    /// To the last.
    pub answer_us: u64,
}
