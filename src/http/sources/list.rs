//! `GET /v1/chatbots/{chatbot_id}/sources`.

use actix_web::{HttpResponse, get};

use super::view::Source;
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::page::{PageQuery, Paged, Query};

/// List a chatbot's sources
#[utoipa::path(tag = "knowledge", responses(
    (status = 200, description = "What it reads, newest first.", body = Paged<Source>),
))]
#[get("/v1/chatbots/{chatbot_id}/sources")]
pub(crate) async fn list_sources(
    owned: OwnedChatbot<Read>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = owned.member.tenant.sources(owned.id(), &query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, Source::from)))
}
