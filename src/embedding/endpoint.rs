//! One address that answers a JSON document with another: asked again where that may help, never without an end.

use std::time::Duration;

use aihio_actors::ports::EmbedFault;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{sleep, timeout};
use url::Url;

/// Longest answer that is read, in bytes: vectors of some thousand numbers for some hundred texts.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// How much of an explanation is passed on, in characters.
const REASON_CHARS_MAX: usize = 300;
/// The wait before the first repetition; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(500);
/// Whoever asks for a longer pause is not asked again here: the job comes back later.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(20);

/// Where a model is and how it is asked.
#[derive(Debug, Clone)]
pub struct EndpointSettings {
    /// The address that the protocol's path is appended to, such as `https://api.openai.com/v1`. A query is kept.
    pub base_url: Url,
    /// The key, empty for endpoints that want none.
    pub api_key: SecretString,
    /// The model.
    pub model: String,
    /// How long to wait.
    pub timeouts: EndpointTimeouts,
}

/// How long an endpoint is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointTimeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to one attempt.
    pub answer: Duration,
}

/// How often is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Persistence {
    /// Once: somebody waits.
    Once,
    /// Up to three times: nobody does.
    Thrice,
}

impl Persistence {
    const fn attempts(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Thrice => 3,
        }
    }
}

/// The address with what is sent along.
#[derive(Debug)]
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    api_key: SecretString,
    answer: Duration,
}

/// A failed attempt.
struct Failed {
    fault: EmbedFault,
    /// When the endpoint wants to be asked again.
    after: Option<Duration>,
}

impl From<EmbedFault> for Failed {
    fn from(fault: EmbedFault) -> Self {
        Self { fault, after: None }
    }
}

impl Endpoint {
    /// Needs the process's TLS provider to be installed.
    pub(super) fn new(settings: &EndpointSettings, path: &str) -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("aihio/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the key elsewhere.
            .redirect(Policy::none())
            .connect_timeout(settings.timeouts.connect)
            .build()?;
        let mut url = settings.base_url.clone();
        url.set_path(&format!("{}/{path}", settings.base_url.path().trim_end_matches('/')));
        Ok(Self { client, url, api_key: settings.api_key.clone(), answer: settings.timeouts.answer })
    }

    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        question: &(impl Serialize + Sync),
        persistence: Persistence,
    ) -> Result<T, EmbedFault> {
        let mut attempt = 1;
        loop {
            let failed = match timeout(self.answer, self.attempt(question)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failed)) => failed,
                Err(_) => EmbedFault::Unavailable(format!("no answer within {:?}", self.answer)).into(),
            };
            let pause = failed.after.unwrap_or(BACKOFF * 2_u32.pow(attempt - 1));
            let may_pass = matches!(failed.fault, EmbedFault::Unavailable(_)) && pause <= RETRY_AFTER_MAX;
            if attempt == persistence.attempts() || !may_pass {
                return Err(failed.fault);
            }
            sleep(pause.mul_f64(1.0 + rand::random::<f64>() / 4.0)).await;
            attempt += 1;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, question: &(impl Serialize + Sync)) -> Result<T, Failed> {
        let request = self.client.post(self.url.clone()).headers(self.headers()?).json(question);
        let response = request.send().await.map_err(unavailable)?;
        let (status, after) = (response.status(), retry_after(response.headers()));
        let body = bounded(response).await?;
        if status == StatusCode::OK {
            let read = serde_json::from_slice(&body);
            return read.map_err(|error| EmbedFault::Garbled(error.to_string()).into());
        }
        let reason = self.reason(&body);
        let may_pass = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        let fault = if may_pass {
            EmbedFault::Unavailable(format!("status {status}: {reason}"))
        } else {
            EmbedFault::Refused { status: status.as_u16(), message: reason }
        };
        Err(Failed { fault, after })
    }

    fn headers(&self) -> Result<HeaderMap, EmbedFault> {
        let mut headers = HeaderMap::new();
        let key = self.api_key.expose_secret();
        if !key.is_empty() {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| EmbedFault::Refused {
                    status: StatusCode::UNAUTHORIZED.as_u16(),
                    message: "the configured key can't be sent: it holds a line end or control character"
                        .into(),
                })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }

    /// The endpoint's words, without the key, which some quote.
    fn reason(&self, body: &[u8]) -> String {
        let text: String = String::from_utf8_lossy(body).chars().take(REASON_CHARS_MAX).collect();
        match self.api_key.expose_secret() {
            "" => text,
            key => text.replace(key, "[key]"),
        }
    }
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unavailable)? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(EmbedFault::Garbled("an answer without end".into()).into());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn unavailable(error: reqwest::Error) -> Failed {
    // The address may hold a key in its query.
    EmbedFault::Unavailable(error.without_url().to_string()).into()
}

/// When to come back, where it is said in seconds (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
