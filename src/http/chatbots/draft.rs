//! `/v1/chatbots/{chatbot_id}/draft`: a change that is not in force yet.

use std::rc::Rc;

use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::evaluate::{changed, run};
use super::update::save;
use super::view::Chatbot;
use super::{patch, schema, validate};
use crate::error::{ApiError, Problem};
use crate::http::json::{Json, OptionalJson};
use crate::http::member::{Read, Write};
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::store;

/// A change that is not in force yet.
#[derive(Serialize, ToSchema)]
pub(crate) struct Draft {
    /// The change.
    #[schema(value_type = schema::ChatbotChange)]
    change: Map<String, Value>,
    /// When it was written.
    updated_at: DateTime<Utc>,
}

/// When to publish.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    /// Under which condition.
    #[serde(default)]
    #[schema(default = "not_worse")]
    when: When,
}

/// The condition of publishing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// When no question of the evaluation is answered worse than now.
    #[default]
    NotWorse,
    /// In any case, without an evaluation.
    Always,
}

/// Show the draft
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "The draft.", body = Draft)))]
#[get("/v1/chatbots/{chatbot_id}/draft")]
pub(crate) async fn show_draft(owned: OwnedChatbot<Read>) -> Result<HttpResponse, ApiError> {
    let draft = owned.member.tenant.draft(owned.id()).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Draft::from(draft)))
}

/// Write the draft
///
/// A change in the form of `PATCH`, in the place of the former draft. Visitors see nothing of it.
#[utoipa::path(tag = "chatbots", request_body = schema::ChatbotChange, responses(
    (status = 200, description = "The draft.", body = Draft),
))]
#[put("/v1/chatbots/{chatbot_id}/draft")]
pub(crate) async fn save_draft(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: Json<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    changed(&owned.chatbot, &body, &service)?;
    let draft = store::Draft { change: body.0, updated_at: service.clock.now() };
    owned.member.tenant.save_draft(owned.id(), &draft).await?;
    Ok(HttpResponse::Ok().json(Draft::from(draft)))
}

/// Discard the draft
#[utoipa::path(tag = "chatbots", responses((status = 204, description = "There is none any more.")))]
#[delete("/v1/chatbots/{chatbot_id}/draft")]
pub(crate) async fn discard_draft(owned: OwnedChatbot<Write>) -> Result<HttpResponse, ApiError> {
    owned.member.tenant.delete_draft(owned.id()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publish the draft
///
/// Makes a new version of it, in force from the next message on. Before that the questions of the evaluation are put to
/// both, which takes a credit for each answer; where one would be answered worse, nothing is published.
#[utoipa::path(tag = "chatbots", request_body(content = Option<Publish>), responses(
    (status = 200, description = "The chatbot as it is now.", body = Chatbot),
    (status = 409, description = "Some question would be answered worse.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/draft/publish")]
pub(crate) async fn publish_draft(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: OptionalJson<Publish>,
) -> Result<HttpResponse, ApiError> {
    let (id, tenant) = (owned.id(), owned.member.tenant.clone());
    let draft = tenant.draft(id).await?.ok_or_else(ApiError::not_found)?;
    if body.0.when == When::NotWorse {
        let candidate = changed(&owned.chatbot, &draft.change, &service)?;
        let worse = run(&owned, &service, Some(candidate)).await?.worse();
        if worse > 0 {
            return Err(ApiError::conflict(format!(
                "With the draft, {worse} of the questions would be answered worse. Run the evaluation to see which, \
                 or publish with `{{\"when\":\"always\"}}`."
            )));
        }
    }
    let caller = Rc::clone(&owned.member.caller);
    let published = save(owned, &service, |config| {
        let changed = patch::apply(config, &draft.change).map_err(ApiError::invalid)?;
        validate::check(&changed, &service.options.providers)?;
        Ok(changed)
    });
    let published = published.await?;
    tenant.delete_draft(id).await?;
    Ok(HttpResponse::Ok().json(Chatbot::shown_to(&caller, &service, published)))
}

impl From<store::Draft> for Draft {
    fn from(store::Draft { change, updated_at }: store::Draft) -> Self {
        Self { change, updated_at }
    }
}
