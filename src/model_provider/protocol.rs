//! What differs between the protocols of models: where to ask, with which headers, in which words, and how what comes
//! back is understood.

use aihio_actors::model::StopReason;
use aihio_actors::ports::{AnswerFault, AnswerRequest};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::calls::CallPiece;
use super::{anthropic, openai};

/// The words in which a provider is asked and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Chat completions as OpenAI defined them and many others took over.
    OpenAi,
    /// Anthropic's Messages API, version 2023-06-01.
    Anthropic,
}

/// What one chunk of an answer says. Every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// More of the answer.
    pub(super) text: Option<String>,
    /// More of the calls of tools.
    pub(super) calls: Vec<CallPiece>,
    /// The model that answers.
    pub(super) model: Option<String>,
    /// Tokens that the model has read.
    pub(super) prompt_tokens: Option<u64>,
    /// Tokens that it has written so far.
    pub(super) completion_tokens: Option<u64>,
    /// Why the answer is complete, once it is.
    pub(super) stop: Option<StopReason>,
}

/// One chunk, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chunk {
    /// It says something.
    Said(Said),
    /// Nothing follows it.
    End,
}

/// A header that carries a key.
type KeyHeader = (HeaderName, HeaderValue);

impl Protocol {
    /// Where to ask below a provider's address, before its query.
    pub(super) fn endpoint(self, mut base_url: Url) -> Url {
        let base = base_url.path().trim_end_matches('/');
        let path = match self {
            Self::OpenAi => format!("{base}/chat/completions"),
            Self::Anthropic if base.ends_with("/v1") => format!("{base}/messages"),
            // The official clients take the address without the version.
            Self::Anthropic => format!("{base}/v1/messages"),
        };
        base_url.set_path(&path);
        base_url
    }

    /// The headers that prove who asks, and in which version of the protocol.
    ///
    /// # Errors
    /// [`AnswerFault::Refused`] for a key that no header can carry.
    pub(super) fn headers(self, key: &str) -> Result<HeaderMap, AnswerFault> {
        let mut headers = HeaderMap::new();
        if self == Self::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static(anthropic::VERSION));
        }
        if !key.is_empty() {
            let (name, value) = self.key_header(key)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn key_header(self, key: &str) -> Result<KeyHeader, AnswerFault> {
        let (name, text) = match self {
            Self::OpenAi => (AUTHORIZATION, format!("Bearer {key}")),
            Self::Anthropic => (HeaderName::from_static("x-api-key"), key.to_owned()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| AnswerFault::Refused {
            status: 401,
            message: "the configured key can't be sent: it holds a line end or control character".into(),
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// A request in the protocol's words; the model of the request goes before the configured one.
    pub(super) fn body(self, request: &AnswerRequest, asked: Asked<'_>) -> serde_json::Result<Value> {
        match self {
            Self::OpenAi => serde_json::to_value(openai::Body::new(request, asked)),
            Self::Anthropic => serde_json::to_value(anthropic::Body::new(request, asked)),
        }
    }

    /// Understands one chunk of an answer, or an answer that came as a whole.
    ///
    /// # Errors
    /// [`AnswerFault::Garbled`] for what is none, and the fault that it reports if it does.
    pub(super) fn read(self, json: &str) -> Result<Chunk, AnswerFault> {
        match self {
            Self::OpenAi => openai::read(json),
            Self::Anthropic => anthropic::read(json),
        }
    }
}

/// What a provider is configured to be asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The model, where the request names none.
    pub(super) model: &'a str,
    /// The most tokens that it may write.
    pub(super) tokens_max: Option<std::num::NonZeroU32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(protocol: Protocol, base_url: &str) -> String {
        protocol.endpoint(base_url.parse().unwrap()).into()
    }

    #[test]
    fn addresses_are_taken_with_and_without_a_slash_and_a_version() {
        let openai = |base| endpoint(Protocol::OpenAi, base);
        assert_eq!(openai("http://m/v1/?api-version=1"), "http://m/v1/chat/completions?api-version=1");
        let anthropic = |base| endpoint(Protocol::Anthropic, base);
        for base in ["http://m", "http://m/", "http://m/v1", "http://m/v1/"] {
            assert_eq!(anthropic(base), "http://m/v1/messages", "{base}");
        }
    }

    #[test]
    fn each_protocol_has_its_own_header_for_the_key_and_none_shows_it() {
        let headers = Protocol::Anthropic.headers("secret").unwrap();
        assert_eq!(headers["x-api-key"], "secret");
        assert_eq!(headers["anthropic-version"], "2023-06-01");
        assert_eq!(Protocol::OpenAi.headers("secret").unwrap()[AUTHORIZATION], "Bearer secret");
        assert!(!format!("{headers:?}").contains("secret"));
        assert!(Protocol::OpenAi.headers("").unwrap().is_empty());
        assert!(matches!(
            Protocol::OpenAi.headers("line\nend"),
            Err(AnswerFault::Refused { status: 401, .. })
        ));
    }
}
