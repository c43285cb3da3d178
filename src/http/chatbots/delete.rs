//! `DELETE /v1/chatbots/{chatbot_id}`.

use actix_web::{HttpResponse, delete, web};

use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;

/// Delete a chatbot
///
/// With all it has read and all its conversations. What it used stays counted.
#[utoipa::path(tag = "chatbots", responses((status = 204, description = "Deleted.")))]
#[delete("/v1/chatbots/{chatbot_id}")]
pub(crate) async fn delete_chatbot(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let sessions = owned.member.tenant.session_ids(owned.id()).await?;
    owned.member.tenant.delete_chatbot(owned.id()).await?;
    service.engine.chatbot_changed(owned.id());
    actix_web::rt::spawn(service.engine.forget_sessions(sessions));
    owned.member.did(&service, Deed::ChatbotDeleted(owned.id())).await;
    Ok(HttpResponse::NoContent().finish())
}
