//! `GET /v1/sessions/{session_id}`.

use actix_web::{HttpResponse, get};

use super::view::Session;
use crate::http::member::Read;
use crate::http::owned::OwnedSession;

/// Show a conversation
#[utoipa::path(tag = "sessions", responses((status = 200, description = "The conversation.", body = Session)))]
#[get("/v1/sessions/{session_id}")]
pub(crate) async fn show_session(owned: OwnedSession<Read>) -> HttpResponse {
    HttpResponse::Ok().json(Session::from(owned.session))
}
