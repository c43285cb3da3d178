//! `POST /v1/chatbots/{chatbot_id}/messages`: asks a chatbot, as JSON or as a stream.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use aihio_actors::engine::{ChatbotHandle, Opening, SessionHandle};
use aihio_actors::model::{ClientId, Phase, Seq, SessionId};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{AskBody, Asked, Form};
use super::{Exchange, Outcome, Question, ui_stream};
use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::caller::bearer;
use crate::http::json::Json;
use crate::http::member::{Chat, Extracting};
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::http::sessions::Message;
use crate::http::visitor::{self, PublicChatbot, Visitor};
use crate::store::Tenant;
use crate::visitor::{Introduction, begin_session};

/// A question with its answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answered {
    /// The conversation, to go on with.
    #[schema(value_type = uuid::Uuid)]
    session_id: SessionId,
    /// The question's position.
    #[schema(value_type = u64)]
    seq: Seq,
    /// The answer; null with status 202.
    message: Option<Box<Message>>,
    /// Who will answer instead, with status 202.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Phase>,
}

/// Who asks: somebody of the account, or a visitor.
pub(crate) struct Asker {
    chatbot: Arc<ChatbotHandle>,
    tenant: Tenant,
    standing: Standing,
}

/// What the asker may go on with.
enum Standing {
    /// Any conversation of the account with this chatbot.
    Member,
    /// The one conversation that the token proves.
    Visitor(SessionId),
    /// A new conversation only.
    Stranger,
}

impl Asker {
    async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let service = Service::of(request)?;
        let now = service.clock.now();
        let claims = bearer(request).and_then(|token| service.tokens.verify_session(token, now).ok());
        if claims.is_some() {
            return Self::visitor(request, service, Visitor::of(request)?).await;
        }
        if bearer(request).is_some() || request.cookie(crate::http::caller::COOKIE).is_some() {
            let owned = OwnedChatbot::<Chat>::of(request).await?;
            let chatbot = visitor::find(service, owned.id()).await?;
            return Ok(Self { chatbot, tenant: owned.member.tenant, standing: Standing::Member });
        }
        let chatbot = PublicChatbot::of(request).await?.handle;
        Ok(Self { tenant: service.store.tenant(chatbot.account_id()), chatbot, standing: Standing::Stranger })
    }

    async fn visitor(request: &HttpRequest, service: &Service, visitor: Visitor) -> Result<Self, ApiError> {
        let chatbot = PublicChatbot::of(request).await?.handle;
        if chatbot.id() != visitor.claims.chatbot_id {
            return Err(ApiError::not_found());
        }
        let tenant = service.store.tenant(chatbot.account_id());
        Ok(Self { chatbot, tenant, standing: Standing::Visitor(visitor.claims.session_id) })
    }

    /// The conversation that is asked in.
    async fn session(&self, service: &Service, wanted: Option<SessionId>) -> Result<SessionHandle, ApiError> {
        let known = match (&self.standing, wanted) {
            (Standing::Visitor(own), None) => Some(*own),
            (Standing::Visitor(own), Some(wanted)) if *own == wanted => Some(wanted),
            (Standing::Visitor(_), Some(_)) => return Err(no_such_session()),
            (Standing::Stranger, Some(_)) => return Err(ApiError::unauthenticated()),
            (Standing::Member, Some(wanted)) => Some(self.own_session(wanted).await?),
            (Standing::Member | Standing::Stranger, None) => None,
        };
        match known {
            Some(id) => Ok(self.chatbot.session(Opening::Known(id)).await?),
            None => Ok(begin_session(service, &self.chatbot, Introduction::default()).await?),
        }
    }

    /// Takes the token that came in the body, where no header proved anything. One that is good no more opens nothing,
    /// and a new conversation begins.
    fn proven_by(mut self, service: &Service, asked: &mut Asked) -> Self {
        if !matches!(self.standing, Standing::Stranger) || asked.form != Form::Chat {
            return self;
        }
        let claims =
            asked.token.take().map(|token| service.tokens.verify_session(&token, service.clock.now()));
        match claims {
            Some(Ok(claims)) if claims.chatbot_id == self.chatbot.id() => {
                self.standing = Standing::Visitor(claims.session_id);
            }
            _ => asked.session_id = None,
        }
        self
    }

    /// A token for the conversation, for those who have no other proof that it is theirs.
    fn token_for(&self, service: &Service, session: SessionId) -> String {
        service.tokens.issue_session(self.chatbot.id(), session, service.clock.now()).0
    }

    async fn own_session(&self, wanted: SessionId) -> Result<SessionId, ApiError> {
        let found = self.tenant.session(wanted).await?;
        found
            .filter(|session| session.meta.chatbot_id == self.chatbot.id())
            .map(|session| session.meta.session_id)
            .ok_or_else(no_such_session)
    }
}

impl FromRequest for Asker {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

fn no_such_session() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This chatbot has no such conversation. Leave `session_id` out to begin one.",
    )
}

/// Ask a chatbot
///
/// With a key or as a member of the account; with a session's own token; or, where the page's origin is allowed,
/// as a visitor who begins a conversation. With `Accept: text/event-stream` the answer streams as a UI message
/// stream (version 1) of the AI SDK; what that SDK's chat transport sends is understood, and always answered so.
#[utoipa::path(tag = "answers", security((), ("bearer" = []), ("api_key" = [])), responses(
    (status = 200, description = "The answer, whole or as a stream.", content(
        (Answered = "application/json"), (String = "text/event-stream"),
    )),
    (status = 202, description = "A person has taken the conversation over and will answer.", body = Answered),
    (status = 402, description = "The account has no answer left this month.", body = Problem),
    (status = 502, description = "The answer could not be made.", body = Problem),
    (status = 503, description = "Busy; nothing was stored.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/messages")]
pub(crate) async fn ask(
    asker: Asker,
    service: web::Data<Service>,
    request: HttpRequest,
    body: Json<AskBody>,
) -> Result<HttpResponse, ApiError> {
    let mut asked = Asked::try_from(body.0)?;
    let unproven = matches!(asker.standing, Standing::Stranger) && asked.form == Form::Chat;
    let asker = asker.proven_by(&service, &mut asked);
    let streams = asked.form == Form::Chat || wants_stream(&request);
    let client_id = client_id(&service, &request, asked.id.take())?;
    let mut exchange = begin(&service, &asker, (client_id, asked)).await?;
    if streams {
        let token = unproven.then(|| asker.token_for(&service, exchange.session.id()));
        return Ok(ui_stream::response(exchange, token));
    }
    let outcome = exchange.outcome().await?;
    Ok(answered(&exchange, outcome))
}

async fn begin(
    service: &Service,
    asker: &Asker,
    (client_id, asked): (ClientId, Asked),
) -> Result<Exchange, ApiError> {
    check_text(&asked.text)?;
    service.limits.chatbot(asker.chatbot.id())?;
    let session = asker.session(service, asked.session_id).await?;
    let timeout = service.options.answer_timeout;
    let question = Question { client_id, text: asked.text, timeout };
    Exchange::begin(session, &asker.tenant, question).await
}

/// How long it may be, the chatbot knows.
fn check_text(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid_field("text", "Write a question."));
    }
    Ok(())
}

/// The asker's id of the question; failing that, the `Idempotency-Key`; failing that, one of our own.
fn client_id(service: &Service, request: &HttpRequest, id: Option<ClientId>) -> Result<ClientId, ApiError> {
    if let Some(id) = id {
        return Ok(id);
    }
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    if let Some(id) = key.and_then(|key| ClientId::parse(key).ok()) {
        return Ok(id);
    }
    let made = service.dice.id(service.clock.now()).to_string();
    ClientId::parse(&made).map_err(ApiError::internal)
}

fn answered(exchange: &Exchange, outcome: Outcome) -> HttpResponse {
    let (session_id, seq) = (exchange.session.id(), exchange.seq);
    match outcome {
        Outcome::Whole(message) => {
            HttpResponse::Ok().json(Answered { session_id, seq, message: Some(message), state: None })
        }
        Outcome::LeftTo(state) => {
            HttpResponse::Accepted().json(Answered { session_id, seq, message: None, state: Some(state) })
        }
    }
}

fn wants_stream(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|kind| kind.trim().starts_with("text/event-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_stream_is_given_to_those_who_ask_for_one() {
        let accepts = |value: &str| {
            wants_stream(&TestRequest::default().insert_header((ACCEPT, value)).to_http_request())
        };
        assert!(accepts("text/event-stream"));
        assert!(accepts("application/json, text/event-stream;q=0.9"));
        assert!(!accepts("application/json"));
        assert!(!accepts("*/*"));
    }

    #[test]
    fn an_empty_question_is_refused_by_name() {
        assert_eq!(check_text(" \n").unwrap_err().fields[0].field, "text");
    }
}
