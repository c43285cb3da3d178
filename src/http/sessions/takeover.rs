//! `POST /v1/sessions/{session_id}/takeover`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::engine::Command;

use super::view::Session;
use crate::error::{ApiError, Problem};
use crate::http::conversation;
use crate::http::deed::Deed;
use crate::http::member::Write;
use crate::http::owned::OwnedSession;
use crate::http::service::Service;

/// Take a conversation over
///
/// From here on the chatbot is silent and the caller speaks, under their own name.
#[utoipa::path(tag = "sessions", responses(
    (status = 200, description = "The conversation as it is now.", body = Session),
    (status = 409, description = "The conversation has ended.", body = Problem),
))]
#[post("/v1/sessions/{session_id}/takeover")]
pub(crate) async fn take_over(
    owned: OwnedSession<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let agent = owned.member.caller.agent_name();
    conversation::resume(&service, &owned.session).await?.command(Command::TakeOver { agent }).await?;
    let session_id = owned.session.meta.session_id;
    owned.member.did(&service, Deed::SessionTakenOver(session_id)).await;
    let session = owned.member.tenant.session(session_id).await?;
    Ok(HttpResponse::Ok().json(Session::from(session.ok_or_else(ApiError::not_found)?)))
}
