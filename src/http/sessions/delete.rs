//! `DELETE /v1/sessions/{session_id}`.

use actix_web::{HttpResponse, delete, web};
use aihio_actors::engine::{Command, Opening};
use aihio_actors::model::Phase;

use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::member::Write;
use crate::http::owned::OwnedSession;
use crate::http::service::Service;
use crate::http::visitor::find;

/// Erase a conversation
///
/// With all that was said, rated and filled in. What it used stays counted. Its visitor's sockets are closed with
/// code 3503.
#[utoipa::path(tag = "sessions", responses((status = 204, description = "Erased.")))]
#[delete("/v1/sessions/{session_id}")]
pub(crate) async fn delete_session(
    owned: OwnedSession<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let (session_id, chatbot_id) = (owned.session.meta.session_id, owned.session.meta.chatbot_id);
    let chatbot = find(&service, chatbot_id).await?;
    if owned.session.state != Phase::Closed {
        // First of all nothing may be added any more.
        chatbot.session(Opening::Known(session_id)).await?.command(Command::Close).await?;
    }
    owned.member.tenant.delete_session(session_id).await?;
    owned.member.did(&service, Deed::SessionDeleted(session_id)).await;
    chatbot.forget_session(session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
