//! What is configured of a provider.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// One endpoint and the model to ask there.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The address that `/chat/completions` is appended to, such as `https://api.openai.com/v1`. A query is kept.
    pub base_url: Url,
    /// The key, empty for endpoints that want none.
    pub api_key: SecretString,
    /// The model that is asked where a chatbot names none.
    pub model: String,
    /// How long to wait.
    pub timeouts: AnswerTimeouts,
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
            first_piece: Duration::from_secs(30),
            between_pieces: Duration::from_secs(20),
            whole: Duration::from_secs(120),
        }
    }
}
