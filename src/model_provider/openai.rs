//! The port's implementation: asks, judges the response, and asks again where that may help.

use std::time::Duration;

use aihio_actors::ports::{AnswerFault, AnswerRequest, Answerer, PieceStream};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};
use url::Url;

use super::body::Body;
use super::chunk::error_message;
use super::reading::{Format, Patience, Reading, unavailable};
use super::retry::pause_before_retry;
use super::settings::{AnswerTimeouts, ProviderSettings};
use super::sse::SseDecoder;

/// How much of the body of an error is read, in bytes.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// A model behind an endpoint of OpenAI's protocol.
#[derive(Debug)]
pub struct OpenAiAnswerer {
    client: Client,
    endpoint: Url,
    api_key: SecretString,
    model: String,
    timeouts: AnswerTimeouts,
}

impl OpenAiAnswerer {
    /// An answerer for a configured provider. Needs the process's TLS provider to be installed.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub fn new(settings: ProviderSettings) -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("aihio/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the key elsewhere.
            .redirect(Policy::none())
            .connect_timeout(settings.timeouts.connect)
            .build()?;
        let ProviderSettings { base_url, api_key, model, timeouts } = settings;
        Ok(Self { client, endpoint: endpoint(base_url), api_key, model, timeouts })
    }

    async fn attempt(&self, request: &AnswerRequest, asked_at: Instant) -> Result<PieceStream, AnswerFault> {
        let patience = Patience::new(self.timeouts, asked_at);
        let request = self
            .client
            .post(self.endpoint.clone())
            .headers(self.headers()?)
            .json(&Body::new(request, &self.model));
        let response = patience.wait(request.send()).await?.map_err(unavailable)?;
        if response.status() != StatusCode::OK {
            return Err(patience.wait(self.refusal(response)).await?);
        }
        let format = format_of(&response)?;
        Reading::new(response.bytes_stream().boxed(), format, patience).begin().await
    }

    fn headers(&self) -> Result<HeaderMap, AnswerFault> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let key = self.api_key.expose_secret();
        if !key.is_empty() {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| AnswerFault::Refused {
                    status: StatusCode::UNAUTHORIZED.as_u16(),
                    message: "the configured key can't be sent: it holds a line end or control character"
                        .into(),
                })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }

    /// What a response that is no answer means.
    async fn refusal(&self, response: Response) -> AnswerFault {
        let (status, headers) = (response.status(), response.headers().clone());
        let message = self.without_key(&error_message(&read_bounded(response).await));
        match status {
            StatusCode::TOO_MANY_REQUESTS => AnswerFault::RateLimited { retry_after: retry_after(&headers) },
            StatusCode::REQUEST_TIMEOUT => AnswerFault::Unavailable(format!("status {status}: {message}")),
            _ if status.is_server_error() => AnswerFault::Unavailable(format!("status {status}: {message}")),
            _ if status.is_client_error() => AnswerFault::Refused { status: status.as_u16(), message },
            _ => AnswerFault::Garbled(format!("status {status}, which is no answer")),
        }
    }

    /// Providers quote keys that they don't know.
    fn without_key(&self, message: &str) -> String {
        match self.api_key.expose_secret() {
            "" => message.to_owned(),
            key => message.replace(key, "[key]"),
        }
    }
}

#[async_trait]
impl Answerer for OpenAiAnswerer {
    async fn answer(&self, request: AnswerRequest) -> Result<PieceStream, AnswerFault> {
        let asked_at = Instant::now();
        let mut retries = 0;
        loop {
            let fault = match self.attempt(&request, asked_at).await {
                Ok(pieces) => return Ok(pieces),
                Err(fault) => fault,
            };
            let Some(pause) = pause_before_retry(&fault, retries, rand::random()) else { return Err(fault) };
            if asked_at.elapsed() + pause >= self.timeouts.whole {
                return Err(fault);
            }
            tracing::debug!(retries, ?pause, %fault, "the model is asked again");
            sleep(pause).await;
            retries += 1;
        }
    }
}

/// Appends the protocol's path to an address, before its query.
fn endpoint(mut base_url: Url) -> Url {
    let path = format!("{}/chat/completions", base_url.path().trim_end_matches('/'));
    base_url.set_path(&path);
    base_url
}

fn format_of(response: &Response) -> Result<Format, AnswerFault> {
    let content_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(Format::Document(Vec::new())),
        "text/html" => Err(AnswerFault::Garbled("a web page: check the address".into())),
        // Some endpoints name their streams wrongly or not at all.
        _ => Ok(Format::Events(SseDecoder::default())),
    }
}

/// The body as far as it comes: it only explains a fault that is known.
async fn read_bounded(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() >= ERROR_BYTES_MAX {
            break;
        }
    }
    body.truncate(ERROR_BYTES_MAX);
    body
}

/// When to come back (RFC 9110, section 10.2.3): in seconds, or at a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the date is of the provider's clock, which the machine's follows"
    )]
    let now = Utc::now();
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests;
