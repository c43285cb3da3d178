//! `GET /openai/v1/models`.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::http::member::Member;
use crate::store::{Page, StoredChatbot};

/// Most models that are listed; OpenAI's list has no pages.
const MODELS_MAX: u32 = 1_000;

/// The account's chatbots as models.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// Always `list`.
    object: &'static str,
    /// The models.
    data: Vec<Model>,
}

/// A chatbot as a model.
#[derive(Serialize, ToSchema)]
pub(crate) struct Model {
    /// The chatbot's slug.
    id: String,
    /// Always `model`.
    object: &'static str,
    /// When it was made, in seconds since 1970.
    created: i64,
    /// Always `aihio`.
    owned_by: &'static str,
}

impl From<StoredChatbot> for Model {
    fn from(stored: StoredChatbot) -> Self {
        Self {
            id: stored.record.slug,
            object: "model",
            created: stored.created_at.timestamp(),
            owned_by: "aihio",
        }
    }
}

/// List the models
#[utoipa::path(tag = "openai", responses((status = 200, description = "The chatbots.", body = ModelList)))]
#[get("/openai/v1/models")]
pub(crate) async fn list_models(member: Member) -> Result<HttpResponse, ApiError> {
    let page = member.tenant.chatbots(&Page { limit: MODELS_MAX, cursor: None }).await?;
    let data = page.items.into_iter().map(Model::from).collect();
    Ok(HttpResponse::Ok().json(ModelList { object: "list", data }))
}
