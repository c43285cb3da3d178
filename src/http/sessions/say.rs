//! `POST /v1/sessions/{session_id}/messages`: a person of the team speaks to the visitor.

use actix_web::{HttpResponse, post, web};
use aihio_actors::engine::{Command, Reply};
use aihio_actors::model::{MessageId, Seq};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, Problem};
use crate::http::conversation;
use crate::http::field;
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedSession;
use crate::http::service::Service;

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentMessage {
    /// The words.
    #[schema(min_length = 1, max_length = 16000)]
    text: String,
}

/// Where it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Said {
    /// The message.
    #[schema(value_type = uuid::Uuid)]
    message_id: MessageId,
    /// Its position.
    #[schema(value_type = u64)]
    seq: Seq,
}

/// Speak to the visitor
///
/// Under the caller's name; take over first.
#[utoipa::path(tag = "sessions", responses(
    (status = 201, description = "Said.", body = Said),
    (status = 409, description = "The conversation has ended.", body = Problem),
))]
#[post("/v1/sessions/{session_id}/messages")]
pub(crate) async fn say(
    owned: OwnedSession<Write>,
    service: web::Data<Service>,
    body: Json<AgentMessage>,
) -> Result<HttpResponse, ApiError> {
    if let Some(error) = field::chars("text", &body.text, 1..=16_000) {
        return Err(ApiError::invalid(vec![error]));
    }
    let agent = owned.member.caller.agent_name();
    let session = conversation::resume(&service, &owned.session).await?;
    match session.command(Command::SendAgentMessage { agent, text: body.0.text }).await? {
        Reply::Sent { seq, message_id, .. } => Ok(HttpResponse::Created().json(Said { message_id, seq })),
        Reply::Done | Reply::Phase(_) => Err(ApiError::internal("an agent's message has no position")),
    }
}
