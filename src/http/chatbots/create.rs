//! `POST /v1/chatbots`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{ChatbotConfig, ChatbotId};
use serde_json::{Map, Value};

use super::view::Chatbot;
use super::{patch, schema, slug, validate};
use crate::error::{ApiError, Problem};
use crate::http::deed::Deed;
use crate::http::json::Json;
use crate::http::member::{Member, Write};
use crate::http::plan::{period, room_for_one_more};
use crate::http::service::Service;
use crate::store::{NewChatbot, StoreError, StoredChatbot};

/// How often another slug is tried. Four letters of 32 make a clash of suffixes one in a million.
const SLUG_ATTEMPTS: usize = 5;

/// Make a chatbot
#[utoipa::path(tag = "chatbots", request_body = schema::NewChatbot, responses(
    (status = 201, description = "Made.", body = Chatbot),
    (status = 402, description = "The plan allows no more chatbots.", body = Problem),
))]
#[post("/v1/chatbots")]
pub(crate) async fn create_chatbot(
    member: Member<Write>,
    service: web::Data<Service>,
    body: Json<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    if !body.contains_key("name") {
        return Err(ApiError::invalid_field("name", "Give the chatbot a name."));
    }
    let config = patch::apply(&ChatbotConfig::named(""), &body).map_err(ApiError::invalid)?;
    let created = store_new(&member, &service, config).await?;
    Ok(HttpResponse::Created().json(Chatbot::shown_to(&member.caller, &service, created)))
}

/// Stores a new chatbot under a slug that is free.
///
/// # Errors
/// When the configuration is not valid, the plan is full, or the store can't be written.
pub(super) async fn store_new(
    member: &Member<Write>,
    service: &Service,
    mut config: ChatbotConfig,
) -> Result<StoredChatbot, ApiError> {
    config.name = config.name.trim().to_owned();
    validate::check(&config, &service.options.providers)?;
    let plan = period(service, member.caller.account_id).await?.plan;
    if plan.chatbots.is_some() {
        room_for_one_more("chatbots", member.tenant.count_chatbots().await?, plan.chatbots)?;
    }
    let at = service.clock.now();
    let chatbot_id = ChatbotId::from_uuid(service.dice.id(at));
    let plain = slug::slug_of(&config.name);
    let mut candidate = plain.clone();
    for _ in 0..SLUG_ATTEMPTS {
        let created_by = member.caller.user_id();
        let new = NewChatbot { chatbot_id, slug: candidate, config: config.clone(), created_by, at };
        match member.tenant.create_chatbot(new).await {
            Err(StoreError::Conflict("slug")) => candidate = slug::with_suffix(&plain, &*service.dice),
            stored => {
                let stored = stored?;
                member.did(service, Deed::ChatbotCreated(chatbot_id)).await;
                return Ok(stored);
            }
        }
    }
    Err(ApiError::conflict("No free slug was found for this name. Try another name."))
}
