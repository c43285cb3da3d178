//! `GET /v1/chatbots`.

use actix_web::{HttpResponse, get};

use super::view::Chatbot;
use crate::error::ApiError;
use crate::http::member::Member;
use crate::http::page::{PageQuery, Paged, Query};

/// List the chatbots
#[utoipa::path(tag = "chatbots", responses(
    (status = 200, description = "The account's chatbots, newest first.", body = Paged<Chatbot>),
))]
#[get("/v1/chatbots")]
pub(crate) async fn list_chatbots(member: Member, query: Query<PageQuery>) -> Result<HttpResponse, ApiError> {
    let page = member.tenant.chatbots(&query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, Chatbot::from)))
}
