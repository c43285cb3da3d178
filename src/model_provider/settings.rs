//! What is configured of a provider.

use std::num::NonZeroU32;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::prices::Prices;
use super::protocol::Protocol;

/// One endpoint and the model to ask there.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// The address below which the protocol's paths lie, such as `https://api.openai.com/v1`. A query is kept.
    pub base_url: Url,
    /// The key, empty for endpoints that want none.
    pub api_key: SecretString,
    /// The model that is asked where a chatbot names none.
    pub model: String,
    /// The most tokens of an answer; the provider's own limit where none is set.
    pub tokens_max: Option<NonZeroU32>,
    /// How long to wait.
    pub timeouts: AnswerTimeouts,
    /// When it is asked a second time if no answer has begun; never where none is set.
    pub hedge_after: Option<Duration>,
    /// What its models cost.
    pub prices: Prices,
}

impl ProviderSettings {
    /// A model at an address of OpenAI's protocol, with no key and every default.
    pub fn of(base_url: Url, model: impl Into<String>) -> Self {
        Self {
            protocol: Protocol::OpenAi,
            base_url,
            api_key: SecretString::from(""),
            model: model.into(),
            tokens_max: None,
            timeouts: AnswerTimeouts::default(),
            hedge_after: None,
            prices: Prices::default(),
        }
    }
}

/// How long a provider is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerTimeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the first sign of an answer after asking.
    pub first_piece: Duration,
    /// For the next sign after one.
    pub between_pieces: Duration,
    /// For all of the answer, repeated attempts included.
    pub whole: Duration,
}

impl Default for AnswerTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_piece: Duration::from_secs(20),
            between_pieces: Duration::from_secs(15),
            whole: Duration::from_secs(120),
        }
    }
}
