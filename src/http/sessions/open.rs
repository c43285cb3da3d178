//! `POST /v1/chatbots/{chatbot_id}/sessions`: begins a conversation before there is a socket.

use actix_web::{HttpRequest, HttpResponse, post, web};
use aihio_actors::model::{SessionId, Visitor};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, Problem};
use crate::http::conversation;
use crate::http::json::OptionalJson;
use crate::http::service::Service;
use crate::http::visitor::PublicChatbot;
use crate::visitor::{Introduction, begin_session};

/// What is told of the visitor.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// Who speaks.
    visitor: Option<NewVisitor>,
    /// The visitor's language, as a BCP 47 tag.
    locale: Option<String>,
    /// The page the conversation begins on.
    page_url: Option<String>,
}

/// Who a visitor says to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVisitor {
    /// The site's own id of the person.
    id: Option<String>,
    /// Proves `id`: its HMAC-SHA-256 under the chatbot's identity secret, in hexadecimal digits.
    hash: Option<String>,
    /// A name to show.
    name: Option<String>,
    /// An address to write to.
    email: Option<String>,
}

impl From<NewSession> for Introduction {
    fn from(new: NewSession) -> Self {
        let NewVisitor { id, hash, name, email } = new.visitor.unwrap_or_default();
        Self { visitor: Visitor { id, hash, name, email }, locale: new.locale, page_url: new.page_url }
    }
}

/// A conversation that has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedSession {
    /// The conversation.
    #[schema(value_type = uuid::Uuid)]
    session_id: SessionId,
    /// Proves that it is the visitor's: for the socket's `connect`, and as `Authorization: Bearer …`.
    token: String,
    /// Until when the token is good.
    expires_at: DateTime<Utc>,
}

/// Begin a conversation
///
/// Nobody has to be signed in; the page's origin has to be on the chatbot's list.
#[utoipa::path(tag = "sessions", security(()), request_body(content = Option<NewSession>), responses(
    (status = 201, description = "Begun.", body = OpenedSession),
    (status = 403, description = "The page's origin is not allowed.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/sessions")]
pub(crate) async fn open_session(
    chatbot: PublicChatbot,
    service: web::Data<Service>,
    request: HttpRequest,
    body: OptionalJson<NewSession>,
) -> Result<HttpResponse, ApiError> {
    let introduction = Introduction::from(body.0);
    conversation::check(&introduction)?;
    service.limits.connect(service.options.trusted_proxies.client_of(&request).address())?;
    let session = begin_session(&service, &chatbot.handle, introduction).await?;
    // Whoever is told of a session may ask the store for it: it is told of once it is stored, like a listener.
    drop(session.listen().await?);
    let session_id = session.id();
    let (token, expires_at) =
        service.tokens.issue_session(chatbot.handle.id(), session_id, service.clock.now());
    Ok(HttpResponse::Created().json(OpenedSession { session_id, token, expires_at }))
}
