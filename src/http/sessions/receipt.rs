//! `GET /v1/messages/{message_id}/receipt`: why this answer.

use actix_web::{HttpRequest, HttpResponse, get};
use aihio_actors::model as engine;
use serde::Serialize;

use super::outdated::{self, OutdatedSource};
use super::schema::Receipt;
use crate::error::ApiError;
use crate::http::member::Member;
use crate::http::path::path_part;

/// Explain an answer
#[utoipa::path(tag = "sessions", responses((status = 200, description = "How it came about.", body = Receipt)))]
#[get("/v1/messages/{message_id}/receipt")]
pub(crate) async fn show_receipt(member: Member, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let message_id = path_part(&request, "message_id")?;
    let receipt = member.tenant.receipt(message_id).await?.ok_or_else(ApiError::not_found)?;
    let outdated_sources = outdated::of_receipt(&receipt, &member.tenant).await?;
    Ok(HttpResponse::Ok().json(Shown { receipt, outdated_sources }))
}

/// A receipt, with what has changed since it was written.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    receipt: engine::Receipt,
    outdated_sources: Vec<OutdatedSource>,
}
