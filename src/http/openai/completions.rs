//! `POST /openai/v1/chat/completions`.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{ClientId, MessageId, Tokens};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::Value;

use super::chunk::{Completion, UsageChunk};
use super::request::ChatCompletionRequest;
use crate::error::{ApiError, ErrorCode};
use crate::http::answers::{Exchange, Outcome, Question, Step};
use crate::http::json::Json;
use crate::http::member::{Chat, Member};
use crate::http::problem::openai_error;
use crate::http::service::Service;
use crate::http::{sse, visitor};
use crate::store::Tenant;
use crate::visitor::{Introduction, begin_session};

/// Complete a chat
///
/// Each request is a conversation of its own. The last message of role `user` is the question; earlier messages
/// and sampling parameters are taken and not used.
#[utoipa::path(tag = "openai", responses(
    (status = 200, description = "The answer, whole or in chunks, in OpenAI's form.", content(
        (serde_json::Value = "application/json"), (String = "text/event-stream"),
    )),
))]
#[post("/openai/v1/chat/completions")]
pub(crate) async fn complete_chat(
    member: Member<Chat>,
    service: web::Data<Service>,
    body: Json<ChatCompletionRequest>,
) -> Result<HttpResponse, ApiError> {
    let question = body.question()?;
    let usage = if body.tells_usage() { UsageChunk::Told } else { UsageChunk::Untold };
    let mut exchange = begin(&service, &member, &body.model, question).await?;
    let mut completion = Completion::new(body.0.model, service.clock.now(), usage);
    if body.0.stream {
        let writer = Writer { exchange, completion, tenant: member.tenant };
        return Ok(sse::response(writer.events()));
    }
    match exchange.outcome().await? {
        Outcome::Whole(message) => {
            completion.name(message.message_id);
            let tokens = tokens_of(&member.tenant, message.message_id).await?;
            Ok(HttpResponse::Ok().json(completion.whole(&message.text, tokens)))
        }
        Outcome::LeftTo(_) => Err(taken_over()),
    }
}

async fn begin(
    service: &Service,
    member: &Member<Chat>,
    model: &str,
    text: String,
) -> Result<Exchange, ApiError> {
    let Some(chatbot) = member.tenant.chatbot_by_slug(model).await? else {
        let mut error = ApiError::new(ErrorCode::NotFound, format!("The model `{model}` does not exist."));
        error.fields.push(crate::error::FieldError::new("model", error.detail.clone()));
        return Err(error);
    };
    let chatbot = visitor::find(service, chatbot.record.chatbot_id).await?;
    service.limits.chatbot(chatbot.id())?;
    let session = begin_session(service, &chatbot, Introduction::default()).await?;
    let made = service.dice.id(service.clock.now()).to_string();
    let client_id = ClientId::parse(&made).map_err(ApiError::internal)?;
    let timeout = service.options.answer_timeout;
    Exchange::begin(session, &member.tenant, Question { client_id, text, timeout }).await
}

/// What the provider counted; nothing where none was asked.
async fn tokens_of(tenant: &Tenant, answer: MessageId) -> Result<Tokens, ApiError> {
    Ok(tenant.receipt(answer).await?.map(|receipt| receipt.tokens).unwrap_or_default())
}

fn taken_over() -> ApiError {
    ApiError::new(ErrorCode::AnswerFailed, "A person has taken this conversation over.")
}

/// Writes an answer in chunks.
struct Writer {
    exchange: Exchange,
    completion: Completion,
    tenant: Tenant,
}

impl Writer {
    fn events(self) -> impl Stream<Item = Bytes> {
        stream::unfold(Some(self), |writer| async move {
            let mut writer = writer?;
            let (mut bytes, next) = match writer.next().await {
                Ok(Written::Chunks(chunks)) => (encode(&chunks), Some(writer)),
                Ok(Written::Last(chunks)) => (encode(&chunks), None),
                Err(error) => (encode(&[openai_error(&error)]), None),
            };
            if next.is_none() {
                bytes.push(sse::done());
            }
            Some((stream::iter(bytes), next))
        })
        .flatten()
    }

    async fn next(&mut self) -> Result<Written, ApiError> {
        match self.exchange.next().await? {
            Step::Begins(id) => {
                self.completion.name(id);
                Ok(Written::Chunks(vec![self.completion.first()]))
            }
            Step::Text(text) => Ok(Written::Chunks(vec![self.completion.text(&text)])),
            Step::Ends(Outcome::LeftTo(_)) => Err(taken_over()),
            Step::Ends(Outcome::Whole(message)) => {
                let mut chunks = vec![self.completion.last()];
                if self.completion.usage == UsageChunk::Told {
                    chunks.push(self.completion.tokens(tokens_of(&self.tenant, message.message_id).await?));
                }
                Ok(Written::Last(chunks))
            }
        }
    }
}

enum Written {
    Chunks(Vec<Value>),
    Last(Vec<Value>),
}

fn encode(chunks: &[Value]) -> Vec<Bytes> {
    chunks.iter().map(sse::data).collect()
}
