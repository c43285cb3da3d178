//! One attempt at an answer: asks, judges the response, and hands over its pieces.

use std::time::Duration;

use aihio_actors::ports::{AnswerFault, AnswerRequest, PieceStream};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use std::num::NonZeroU32;
use tokio::time::Instant;
use url::Url;

use super::fault::error_message;
use super::protocol::{Asked, Protocol};
use super::reading::{Format, Patience, Reading, unavailable};
use super::settings::{AnswerTimeouts, ProviderSettings};
use crate::event_stream::SseDecoder;

/// How much of the body of an error is read, in bytes.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// A model behind an address.
#[derive(Debug)]
pub(super) struct Endpoint {
    client: Client,
    protocol: Protocol,
    address: Url,
    api_key: SecretString,
    model: String,
    tokens_max: Option<NonZeroU32>,
    timeouts: AnswerTimeouts,
}

impl Endpoint {
    /// The endpoint of a configured provider. Needs the process's TLS provider to be installed.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub(super) fn new(settings: ProviderSettings) -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("aihio/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the key elsewhere.
            .redirect(Policy::none())
            .connect_timeout(settings.timeouts.connect)
            .build()?;
        let ProviderSettings { protocol, base_url, api_key, model, tokens_max, timeouts, .. } = settings;
        let address = protocol.endpoint(base_url);
        Ok(Self { client, protocol, address, api_key, model, tokens_max, timeouts })
    }

    /// The model that is asked where a request names none.
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// How long is waited.
    pub(super) const fn timeouts(&self) -> &AnswerTimeouts {
        &self.timeouts
    }

    /// Asks once, for an answer that was first wanted at `asked_at`. Comes back with the first piece.
    ///
    /// # Errors
    /// When there is no first piece.
    pub(super) async fn attempt(
        &self,
        request: &AnswerRequest,
        asked_at: Instant,
    ) -> Result<PieceStream, AnswerFault> {
        let patience = Patience::new(self.timeouts, asked_at);
        let asked = Asked { model: &self.model, tokens_max: self.tokens_max };
        let body =
            self.protocol.body(request, asked).map_err(|error| AnswerFault::Garbled(error.to_string()))?;
        let request = self
            .client
            .post(self.address.clone())
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
            .headers(self.protocol.headers(self.api_key.expose_secret())?)
            .json(&body);
        let response = patience.wait(request.send()).await?.map_err(unavailable)?;
        if response.status() != StatusCode::OK {
            return Err(patience.wait(self.refusal(response)).await?);
        }
        let format = format_of(&response)?;
        Reading::new(response.bytes_stream().boxed(), (self.protocol, format), patience).begin().await
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
mod tests {
    use super::*;

    #[test]
    fn times_to_come_back_are_seconds_or_dates() {
        let parse = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(parse("7"), Some(Duration::from_secs(7)));
        assert_eq!(parse("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(parse("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse("-1"), None);
        assert_eq!(parse("soon"), None);
    }
}
