//! `POST /v1/chatbots/{chatbot_id}/evaluation/runs`: how a chatbot answers its owner's questions, now and after a change.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::ChatbotConfig;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{patch, schema, validate};
use crate::error::{ApiError, Problem};
use crate::evaluation::{Evaluation, Meter, evaluate};
use crate::http::json::OptionalJson;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::http::visitor;
use crate::store::StoredChatbot;

/// What to try.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// A change to try; the draft when left out, and where there is none, what is in force alone.
    #[schema(value_type = Option<schema::ChatbotChange>)]
    change: Option<Map<String, Value>>,
}

/// Evaluate a chatbot
///
/// Puts the questions to the configuration in force and to the changed one, over what the chatbot has read, and holds
/// the answers against the expected facts. Nothing is published. Each answer takes a credit, and is counted as an answer
/// that is an `evaluation`; where fewer credits are left than there are answers to give, none is given.
#[utoipa::path(tag = "chatbots", request_body(content = Option<Run>), responses(
    (status = 200, description = "How each question is answered, before and after.", body = Evaluation),
    (status = 402, description = "Too few credits are left.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/evaluation/runs")]
pub(crate) async fn run_evaluation(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: OptionalJson<Run>,
) -> Result<HttpResponse, ApiError> {
    let change = match body.0.change {
        Some(change) => Some(change),
        None => owned.member.tenant.draft(owned.id()).await?.map(|draft| draft.change),
    };
    let candidate = change.map(|change| changed(&owned.chatbot, &change, &service)).transpose()?;
    Ok(HttpResponse::Ok().json(run(&owned, &service, candidate).await?))
}

/// The chatbot's configuration with a change, checked.
///
/// # Errors
/// When the change doesn't fit.
pub(super) fn changed(
    chatbot: &StoredChatbot,
    change: &Map<String, Value>,
    service: &Service,
) -> Result<ChatbotConfig, ApiError> {
    let config = patch::apply(&chatbot.record.config, change).map_err(ApiError::invalid)?;
    validate::check(&config, &service.options.providers)?;
    Ok(config)
}

/// Puts the chatbot's questions to it and to a candidate.
///
/// # Errors
/// When too few credits are left, the store can't be used, or the chatbot can't be used now.
pub(super) async fn run(
    owned: &OwnedChatbot<Write>,
    service: &Service,
    candidate: Option<ChatbotConfig>,
) -> Result<Evaluation, ApiError> {
    let questions = owned.member.tenant.evaluation_questions(owned.id()).await?;
    let chatbot = visitor::find(service, owned.id()).await?;
    let sides = 1 + usize::from(candidate.is_some());
    let meter = Meter::start(&service.bench, &chatbot, sides * questions.len()).await?;
    Ok(evaluate(&meter, &chatbot.view(), candidate, questions).await?)
}
