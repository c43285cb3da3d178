//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a POST that is sent again with the same key is
//! done once, and its first response comes again. Keys belong to an account; responses are kept sealed, because
//! some hold secrets.

use actix_web::body::{BoxBody, MessageBody, to_bytes_limited};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use aihio_actors::model::ChatbotId;
use ring::digest;

use super::caller::authenticate;
use super::service::Service;
use crate::error::{ApiError, ErrorCode};
use crate::store::{Idempotency, IdempotencyKey, Tenant};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Largest response that is remembered, in bytes. No JSON response comes near it.
const RESPONSE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Does POSTs with an `Idempotency-Key` once.
///
/// # Errors
/// Never one of its own.
pub(super) async fn idempotency(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let mut request = request;
    match Attempt::begin(&mut request).await {
        Ok(Begun::Untracked) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Begun::Replay(response)) => Ok(request.into_response(response)),
        Ok(Begun::First(attempt)) => {
            let response = next.call(request).await?.map_into_boxed_body();
            attempt.finish(response).await
        }
        Err(error) => Ok(request.error_response(error)),
    }
}

enum Begun {
    /// There is no account that the key could belong to.
    Untracked,
    /// It was done before.
    Replay(HttpResponse),
    /// It is to be done now.
    First(Attempt),
}

/// A request that is done for the first time.
struct Attempt {
    service: web::Data<Service>,
    tenant: Tenant,
    key: IdempotencyKey,
}

impl Attempt {
    async fn begin(request: &mut ServiceRequest) -> Result<Begun, ApiError> {
        let service = Service::of(request.request())?.clone();
        let Some(tenant) = tenant_of(request.request(), &service).await? else { return Ok(Begun::Untracked) };
        let key = presented(request.request())?;
        let body = take_body(request, service.options.body_bytes_max).await?;
        let fingerprint = fingerprint(request, &body);
        request.set_payload(payload_of(body));
        match tenant.remember(&key, fingerprint, service.clock.now()).await? {
            Idempotency::First => Ok(Begun::First(Self { service, tenant, key })),
            Idempotency::Mismatch => Err(ApiError::new(
                ErrorCode::IdempotencyMismatch,
                "This `Idempotency-Key` was sent with a different request. Use a new key for a new request.",
            )),
            Idempotency::InFlight => Err(ApiError::new(
                ErrorCode::IdempotencyInFlight,
                "The first request with this `Idempotency-Key` is still at work. Send it again in a moment.",
            )
            .retry_after(std::time::Duration::from_secs(1))),
            Idempotency::Replay { status, content_type, body } => {
                let body = service
                    .seal
                    .open(&body)
                    .ok_or_else(|| ApiError::internal("a remembered response was sealed with another key"))?;
                Ok(Begun::Replay(replay(status, &content_type, body)))
            }
        }
    }

    /// Keeps the response. What failed on our side is given back instead, so that it can be tried again.
    async fn finish(self, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
        let failed = response.response().error().is_some();
        let streamed = content_type(&response).starts_with("text/event-stream");
        if failed || streamed || response.status().is_server_error() {
            self.give_back().await;
            return Ok(response);
        }
        let (request, response) = response.into_parts();
        let (response, body) = response.into_parts();
        let bytes = to_bytes_limited(body, RESPONSE_BYTES_MAX).await;
        let bytes = bytes.ok().and_then(Result::ok).unwrap_or_default();
        let response = ServiceResponse::new(request, response.set_body(BoxBody::new(bytes.clone())));
        self.keep(&response, &bytes).await;
        Ok(response)
    }

    async fn keep(&self, response: &ServiceResponse<BoxBody>, body: &[u8]) {
        let Ok(sealed) = self.service.seal.seal(body) else { return };
        let (status, content_type) = (response.status().as_u16(), content_type(response));
        let kept = self.tenant.finish_idempotent(&self.key, status, content_type, &sealed).await;
        if let Err(error) = kept {
            tracing::warn!(error = &error as &dyn std::error::Error, "a response was not remembered");
        }
    }

    async fn give_back(&self) {
        if let Err(error) = self.tenant.forget_idempotent(&self.key).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an idempotency key was not given back");
        }
    }
}

fn content_type(response: &ServiceResponse<BoxBody>) -> &str {
    response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The caller's account, or the one of the chatbot that a visitor speaks to.
async fn tenant_of(request: &HttpRequest, service: &Service) -> Result<Option<Tenant>, ApiError> {
    if let Ok(caller) = authenticate(request).await {
        return Ok(Some(service.store.tenant(caller.account_id)));
    }
    let Some(chatbot) = chatbot_in(request.path()) else { return Ok(None) };
    let account = service.store.chatbot_account(chatbot).await?;
    Ok(account.map(|account| service.store.tenant(account)))
}

/// Routes are not matched yet where this runs, so the path is read by hand.
fn chatbot_in(path: &str) -> Option<ChatbotId> {
    path.strip_prefix("/v1/chatbots/")?.split('/').next()?.parse().ok()
}

fn presented(request: &HttpRequest) -> Result<IdempotencyKey, ApiError> {
    let refused = || {
        let message = "Give 1 to 255 printable ASCII characters.";
        ApiError::invalid_field("Idempotency-Key", message)
    };
    let value = request.headers().get(KEY).and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
    IdempotencyKey::parse(value).map_err(|_| refused())
}

async fn take_body(request: &mut ServiceRequest, bytes_max: usize) -> Result<Bytes, ApiError> {
    let payload =
        request.extract::<web::Payload>().await.map_err(|_| ApiError::internal("no body to read"))?;
    match payload.to_bytes_limited(bytes_max).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(ApiError::new(ErrorCode::BadRequest, "The body could not be read to its end.")),
        Err(_) => Err(ApiError::new(ErrorCode::PayloadTooLarge, "The body is larger than this route takes.")),
    }
}

fn payload_of(body: Bytes) -> Payload {
    let (_, mut payload) = actix_http::h1::Payload::create(true);
    payload.unread_data(body);
    Payload::from(payload)
}

fn fingerprint(request: &ServiceRequest, body: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(request.path().as_bytes());
    context.update(b"\n");
    context.update(body);
    let mut fingerprint = [0_u8; 32];
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

fn replay(status: u16, content_type: &str, body: Vec<u8>) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::with_body(status, BoxBody::new(body));
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitors_key_belongs_to_the_chatbots_account() {
        let id = "0192f3a0-0000-7000-8000-000000000001";
        assert_eq!(chatbot_in(&format!("/v1/chatbots/{id}/sessions")), id.parse().ok());
        assert_eq!(chatbot_in("/v1/auth/login"), None);
        assert_eq!(chatbot_in("/v1/chatbots/import"), None);
    }
}
