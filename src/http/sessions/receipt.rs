//! `GET /v1/messages/{message_id}/receipt`: why this answer.

use actix_web::{HttpRequest, HttpResponse, get};
use aihio_actors::model as engine;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::http::member::Member;
use crate::http::path::path_part;

/// How an answer came about.
#[derive(ToSchema)]
pub struct Receipt {
    /// The configuration that was in force.
    pub config_version: u32,
    /// Hexadecimal SHA-256 of the prompt, where a model was asked.
    pub prompt_hash: Option<String>,
    /// Who answered: `extractive`, `echo` or a provider's name.
    pub provider: String,
    /// The model, where one was asked.
    pub model: Option<String>,
    /// Tokens counted by the provider.
    pub tokens: ReceiptTokens,
    /// The passages that were given, best first.
    pub chunks: Vec<ReceiptChunk>,
    /// Where the time went.
    pub times: ReceiptTimes,
}

/// Tokens of a model call.
#[derive(ToSchema)]
pub struct ReceiptTokens {
    /// Read by the model.
    pub prompt: u64,
    /// Written by the model.
    pub completion: u64,
}

/// A passage and how well it matched.
#[derive(ToSchema)]
pub struct ReceiptChunk {
    /// The passage.
    pub chunk_id: uuid::Uuid,
    /// The document version that it was cut from.
    pub document_id: uuid::Uuid,
    /// First and one-past-last byte in that version's text.
    #[schema(min_items = 2, max_items = 2)]
    pub span: Vec<u64>,
    /// The final score.
    pub score: f32,
}

/// Where the time went, in microseconds.
#[derive(ToSchema)]
pub struct ReceiptTimes {
    /// Searching.
    pub retrieve_us: u64,
    /// To the first piece of the answer.
    pub first_piece_us: u64,
    /// To the last.
    pub answer_us: u64,
}

/// Explain an answer
#[utoipa::path(tag = "sessions", responses((status = 200, description = "How it came about.", body = Receipt)))]
#[get("/v1/messages/{message_id}/receipt")]
pub async fn show_receipt(member: Member, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let message_id = path_part(&request, "message_id")?;
    let receipt: Option<engine::Receipt> = member.tenant.receipt(message_id).await?;
    Ok(HttpResponse::Ok().json(receipt.ok_or_else(ApiError::not_found)?))
}
