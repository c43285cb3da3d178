//! `GET /v1/chatbots/{chatbot_id}/sessions`.

use actix_web::{HttpResponse, get};

use super::view::Session;
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::page::{PageQuery, Paged, Query};

/// List a chatbot's conversations
#[utoipa::path(tag = "sessions", responses(
    (status = 200, description = "Its conversations, newest first.", body = Paged<Session>),
))]
#[get("/v1/chatbots/{chatbot_id}/sessions")]
pub(crate) async fn list_sessions(
    owned: OwnedChatbot<Read>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = owned.member.tenant.sessions(owned.id(), &query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, Session::from)))
}
