//! `POST /v1/auth/logout`: the browser forgets its cookie.

use actix_web::{HttpResponse, post, web};

use super::cookie::cookie;
use crate::http::member::Member;
use crate::http::service::Service;

/// Sign out
///
/// Clears the dashboard's cookie. Access tokens are not kept anywhere, so one that was copied is good until it
/// expires.
#[utoipa::path(tag = "auth", responses((status = 204, description = "Signed out.")))]
#[post("/v1/auth/logout")]
pub(crate) async fn logout(_member: Member, service: web::Data<Service>) -> HttpResponse {
    HttpResponse::NoContent().cookie(cookie(&service.options, String::new(), 0)).finish()
}
