//! `POST /v1/chatbots/{chatbot_id}/versions/{version}/restore`.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse, post, web};
use aihio_actors::model::ConfigVersion;

use super::update::save;
use super::validate;
use super::view::Chatbot;
use crate::error::ApiError;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::path::path_part;
use crate::http::service::Service;

/// Restore a version
///
/// Makes a new version that equals the old one; nothing is lost.
#[utoipa::path(tag = "chatbots", responses(
    (status = 200, description = "The chatbot as it is now.", body = Chatbot),
))]
#[post("/v1/chatbots/{chatbot_id}/versions/{version}/restore")]
pub(crate) async fn restore_version(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let version = ConfigVersion(path_part(&request, "version")?);
    let config = owned.member.tenant.config_at(owned.id(), version).await?;
    let config = config.ok_or_else(ApiError::not_found)?.config;
    validate::check(&config, &service.options.providers)?;
    let caller = Rc::clone(&owned.member.caller);
    let restored = save(owned, &service, |_| Ok(config.clone())).await?;
    Ok(HttpResponse::Ok().json(Chatbot::shown_to(&caller, &service, restored)))
}
