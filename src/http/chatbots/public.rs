//! `GET /v1/chatbots/{chatbot_id}/public`: what widgets need before they open a conversation.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::schema::PublicConfig;
use crate::error::ApiError;
use crate::http::cors::AdmittedOrigin;
use crate::http::path::path_part;
use crate::http::service::Service;
use crate::http::visitor;

/// Show what visitors see
///
/// Nobody has to be signed in, and pages of any origin may read it.
#[utoipa::path(tag = "chatbots", security(()), responses(
    (status = 200, description = "The public part of the configuration.", body = PublicConfig),
))]
#[get("/v1/chatbots/{chatbot_id}/public")]
pub(crate) async fn show_public_config(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let handle = visitor::find(&service, path_part(&request, "chatbot_id")?).await?;
    AdmittedOrigin::note_any(&request);
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=30")).json(&*handle.view().public))
}
