//! `PATCH /v1/chatbots/{chatbot_id}`.

use std::rc::Rc;

use actix_web::{HttpResponse, patch, web};
use aihio_actors::model::ChatbotConfig;
use serde_json::{Map, Value};

use super::view::Chatbot;
use super::{patch as change, schema, validate};
use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::store::{Change, StoreError, StoredChatbot};

/// How often a change is applied again when another came between.
const ATTEMPTS: usize = 4;

/// Change a chatbot
///
/// In force from the next message on; conversations go on.
#[utoipa::path(tag = "chatbots", request_body = schema::ChatbotChange, responses(
    (status = 200, description = "The chatbot as it is now.", body = Chatbot),
))]
#[patch("/v1/chatbots/{chatbot_id}")]
pub(crate) async fn update_chatbot(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: Json<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let caller = Rc::clone(&owned.member.caller);
    let changed = save(owned, &service, |config| {
        let changed = change::apply(config, &body).map_err(ApiError::invalid)?;
        validate::check(&changed, &service.options.providers)?;
        Ok(changed)
    });
    Ok(HttpResponse::Ok().json(Chatbot::shown_to(&caller, &service, changed.await?)))
}

/// Stores what `change` makes of the configuration in force, and publishes it. When another change comes between,
/// it is made again on top of that one.
///
/// # Errors
/// Those of `change`; when the store can't be written.
pub(super) async fn save(
    owned: OwnedChatbot<Write>,
    service: &Service,
    change: impl Fn(&ChatbotConfig) -> Result<ChatbotConfig, ApiError>,
) -> Result<StoredChatbot, ApiError> {
    let (id, tenant, by) = (owned.id(), &owned.member.tenant, owned.member.caller.user_id());
    let mut stored = owned.chatbot;
    for _ in 0..ATTEMPTS {
        let config = change(&stored.record.config)?;
        if config == stored.record.config {
            return Ok(stored);
        }
        let (expected, at) = (stored.record.config_version, service.clock.now());
        match tenant.save_config(id, expected, &config, Change { by, at }).await {
            Ok(_) => {
                service.engine.chatbot_changed(id);
                owned.member.did(service, Deed::ChatbotChanged(id)).await;
                return tenant.chatbot(id).await?.ok_or_else(ApiError::not_found);
            }
            Err(StoreError::Conflict(_)) => {
                stored = tenant.chatbot(id).await?.ok_or_else(ApiError::not_found)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::conflict("The chatbot is being changed by others. Read it and try again."))
}
