//! The exchanges of one session: each message is a request of its own, answered by a document or by a stream of events.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::message::{McpFault, STATELESS_VERSION, result_of};
use crate::crawl::{Beyond, BodyLimit, OpenResponse, SafeHttp, SafeRequest};
use crate::event_stream::SseDecoder;
use crate::tools::exchange::words_on;

/// The largest answer to one message, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// What a request without a session is for, so that proxies need not read its body.
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Where a server is, and what every request to it carries.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) http: SafeHttp,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
}

/// What a server and we have agreed on.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// The server's name for it, where it keeps one.
    pub(super) id: Option<HeaderValue>,
    /// The revision of the protocol.
    pub(super) version: String,
}

impl Session {
    /// What there is instead of a session with a server that keeps none.
    pub(super) fn stateless() -> Self {
        Self { id: None, version: STATELESS_VERSION.into() }
    }

    /// Whether each request stands for itself.
    pub(super) fn is_stateless(&self) -> bool {
        self.version == STATELESS_VERSION
    }
}

/// The answer to a request, with the name that the server may give a session.
pub(super) struct Answer {
    pub(super) result: Value,
    pub(super) session_id: Option<HeaderValue>,
}

impl Address {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn ask(
        &self,
        message: &Value,
        id: u64,
        session: Option<&Session>,
    ) -> Result<Answer, McpFault> {
        let mut response = self.send(Method::POST, Some(message), session).await?;
        match response.status {
            status if status.is_success() => {}
            StatusCode::NOT_FOUND if session.is_some_and(|session| session.id.is_some()) => {
                return Err(McpFault::SessionGone);
            }
            status => return Err(McpFault::Status(status)),
        }
        let session_id = response.headers.get(SESSION_ID).cloned();
        let is_stream = is_event_stream(&response.headers);
        let result = if is_stream {
            from_stream(&mut response, id).await?
        } else {
            from_document(response, id).await?
        };
        Ok(Answer { result, session_id })
    }

    /// Sends what needs no answer.
    ///
    /// # Errors
    /// When it can't be sent, or the server doesn't take it.
    pub(super) async fn tell(&self, message: &Value, session: &Session) -> Result<(), McpFault> {
        let response = self.send(Method::POST, Some(message), Some(session)).await?;
        if response.status.is_success() { Ok(()) } else { Err(McpFault::Status(response.status)) }
    }

    /// Ends a session. Servers that don't let clients do that say so, which changes nothing.
    pub(super) async fn leave(&self, session: &Session) {
        if session.id.is_some()
            && let Err(fault) = self.send(Method::DELETE, None, Some(session)).await
        {
            tracing::debug!(%fault, "a session with a server of tools could not be ended");
        }
    }

    async fn send(
        &self,
        method: Method,
        message: Option<&Value>,
        session: Option<&Session>,
    ) -> Result<OpenResponse, McpFault> {
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        if message.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(session) = session {
            let version = HeaderValue::from_str(&session.version);
            headers.insert(VERSION, version.map_err(|_| McpFault::Garbled("its revision"))?);
            if let Some(id) = &session.id {
                headers.insert(SESSION_ID, id.clone());
            }
            if let Some(message) = message.filter(|_| session.is_stateless()) {
                headers.extend(routing(message));
            }
        }
        let body = message.map_or_else(Bytes::new, |message| Bytes::from(message.to_string()));
        let request = SafeRequest { method, url: self.url.clone(), headers, body };
        self.http.begin(request).await.map_err(|fault| McpFault::Unreachable(words_on(&fault)))
    }
}

fn routing(message: &Value) -> HeaderMap {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let named = [(METHOD, text("/method")), (NAME, text("/params/name"))].into_iter();
    named.filter_map(|(name, value)| Some((name, header_value(value?)?))).collect()
}

/// A value as it is; one that no header can carry in base64, marked as such.
fn header_value(text: &str) -> Option<HeaderValue> {
    let plain = text.trim() == text && !text.starts_with("=?");
    let sendable = HeaderValue::from_str(text).ok().filter(|_| plain && text.is_ascii());
    sendable.or_else(|| HeaderValue::from_str(&format!("=?base64?{}?=", STANDARD.encode(text))).ok())
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_lowercase().starts_with("text/event-stream")
}

async fn from_document(response: OpenResponse, id: u64) -> Result<Value, McpFault> {
    let bytes_max = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
    let body = response.body(BodyLimit { bytes_max, beyond: Beyond::Refuse }).await;
    let body = body.map_err(|fault| McpFault::Unreachable(words_on(&fault)))?;
    let message: Value = serde_json::from_slice(&body).map_err(|_| McpFault::Garbled("it is no JSON"))?;
    result_of(&message, id).unwrap_or(Err(McpFault::Garbled("it answers something else")))
}

/// Reads events up to the answer; the server may keep the stream open after it.
async fn from_stream(response: &mut OpenResponse, id: u64) -> Result<Value, McpFault> {
    let (mut decoder, mut events, mut read) = (SseDecoder::default(), VecDeque::new(), 0);
    loop {
        let piece = response.piece().await.map_err(|fault| McpFault::Unreachable(words_on(&fault)))?;
        let ended = piece.is_none();
        let decoded = match piece {
            Some(piece) => {
                read += piece.len();
                decoder.push(&piece, &mut events)
            }
            None => decoder.finish(&mut events),
        };
        decoded.map_err(|_| McpFault::Garbled("it is no stream of events"))?;
        while let Some(event) = events.pop_front() {
            let message: Option<Value> = serde_json::from_str(&event).ok();
            if let Some(result) = message.and_then(|message| result_of(&message, id)) {
                return result;
            }
        }
        if ended || read > ANSWER_BYTES_MAX {
            return Err(McpFault::Garbled("it ends without a result"));
        }
    }
}
