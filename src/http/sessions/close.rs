//! `POST /v1/sessions/{session_id}/close`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::engine::Command;

use super::view::Session;
use crate::error::{ApiError, Problem};
use crate::http::conversation;
use crate::http::member::Write;
use crate::http::owned::OwnedSession;
use crate::http::service::Service;

/// Close a conversation
///
/// Nobody may write any more.
#[utoipa::path(tag = "sessions", responses(
    (status = 200, description = "The conversation as it is now.", body = Session),
    (status = 409, description = "It has ended already.", body = Problem),
))]
#[post("/v1/sessions/{session_id}/close")]
pub(crate) async fn close_session(
    owned: OwnedSession<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    conversation::resume(&service, &owned.session).await?.command(Command::Close).await?;
    let session = owned.member.tenant.session(owned.session.meta.session_id).await?;
    Ok(HttpResponse::Ok().json(Session::from(session.ok_or_else(ApiError::not_found)?)))
}
