//! Headers of requests to a tool source, with their secrets, which are put in at the last moment.

use aihio_actors::model::{AccountId, ChatbotId, ToolHeaders};
use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// Headers that the exchange itself needs, and those that would change whom it is with.
const RESERVED: [&str; 16] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
    "te",
    "transfer-encoding",
    "upgrade",
];
/// What stands where a secret was.
const REDACTED: &str = "[secret]";

/// Secrets of chatbots, by name.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of that name; none where it is not set.
    ///
    /// # Errors
    /// In the operator's words, when it can't be read.
    async fn secret(
        &self,
        whose: (AccountId, ChatbotId),
        name: &str,
    ) -> Result<Option<SecretString>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Why headers can't be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderFault {
    /// The owner has to set it.
    #[error("The secret `{0}` is not set.")]
    NoSecret(String),
    /// The store is down, or the secret was sealed with another key.
    #[error("The secret `{0}` can't be read now.")]
    Unreadable(String),
    /// A line end or the like.
    #[error("The header `{0}` can't be sent: its value holds characters that no header may.")]
    Unsendable(String),
}

/// Whether an owner or a document may set the header at all.
#[must_use]
pub fn is_free_header(name: &str) -> bool {
    HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| {
        !RESERVED.contains(&name.as_str())
            && !name.as_str().starts_with("proxy-")
            && name.as_str() != "trailer"
    })
}

/// Headers that are ready to be sent, and the secrets in them.
#[derive(Clone, Default)]
pub(super) struct ReadyHeaders {
    pub(super) map: HeaderMap,
    secrets: Vec<SecretString>,
}

impl ReadyHeaders {
    /// Puts the headers together for requests on behalf of a visitor.
    ///
    /// # Errors
    /// When a secret is missing, or a value can't be sent.
    pub(super) async fn new(
        wanted: &ToolHeaders,
        whose: (AccountId, ChatbotId),
        visitor: Option<&str>,
        secrets: &dyn Secrets,
    ) -> Result<Self, HeaderFault> {
        let mut ready = Self::default();
        for header in &wanted.fixed {
            let mut value = header.value.clone();
            if let Some(name) = &header.secret {
                let secret = find(secrets, whose, name).await?;
                value.push_str(secret.expose_secret());
                ready.secrets.push(secret);
            }
            ready.insert(&header.name, &value)?;
        }
        if let (Some(name), Some(visitor)) = (&wanted.visitor, visitor) {
            ready.insert(name, visitor)?;
        }
        Ok(ready)
    }

    fn insert(&mut self, name: &str, value: &str) -> Result<(), HeaderFault> {
        let unsendable = || HeaderFault::Unsendable(name.to_owned());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unsendable())?;
        value.set_sensitive(true);
        self.map.insert(key, value);
        Ok(())
    }

    /// The text without the secrets: interfaces that say back what they were sent must not tell them to a model.
    pub(super) fn redacted(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| match secret.expose_secret() {
            "" => text,
            secret => text.replace(secret, REDACTED),
        })
    }
}

async fn find(
    secrets: &dyn Secrets,
    whose: (AccountId, ChatbotId),
    name: &str,
) -> Result<SecretString, HeaderFault> {
    let found = secrets.secret(whose, name).await.map_err(|error| {
        tracing::warn!(chatbot.id = %whose.1, secret = name, error = ?error, "a tool's secret can't be read");
        HeaderFault::Unreadable(name.to_owned())
    })?;
    found.ok_or_else(|| HeaderFault::NoSecret(name.to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    use aihio_actors::model::ToolHeader;
    use uuid::Uuid;

    use super::*;

    /// Knows one secret.
    pub(in crate::tools) struct OneSecret;

    #[async_trait]
    impl Secrets for OneSecret {
        async fn secret(
            &self,
            _: (AccountId, ChatbotId),
            name: &str,
        ) -> Result<Option<SecretString>, Box<dyn std::error::Error + Send + Sync>> {
            Ok((name == "token").then(|| "s3cret-value".into()))
        }
    }

    pub(in crate::tools) fn nobody() -> (AccountId, ChatbotId) {
        (AccountId::from_uuid(Uuid::nil()), ChatbotId::from_uuid(Uuid::nil()))
    }

    fn wanted(secret: &str) -> ToolHeaders {
        let header =
            ToolHeader { name: "Authorization".into(), value: "Bearer ".into(), secret: Some(secret.into()) };
        ToolHeaders { fixed: vec![header], visitor: Some("X-Visitor".into()) }
    }

    #[tokio::test]
    async fn secrets_are_sent_and_never_shown() {
        let ready = ReadyHeaders::new(&wanted("token"), nobody(), Some("42"), &OneSecret).await.unwrap();
        assert_eq!(ready.map["authorization"], "Bearer s3cret-value");
        assert_eq!(ready.map["x-visitor"], "42");
        assert!(!format!("{:?}", ready.map).contains("s3cret"));
        let echoed = ready.redacted("you sent Bearer s3cret-value".into());
        assert_eq!(echoed, "you sent Bearer [secret]");
    }

    #[tokio::test]
    async fn anonymous_visitors_have_no_header_and_nobody_ends_a_line() {
        let ready = ReadyHeaders::new(&wanted("token"), nobody(), None, &OneSecret).await.unwrap();
        assert!(!ready.map.contains_key("x-visitor"));
        let split = ReadyHeaders::new(&wanted("token"), nobody(), Some("4\r\nX: y"), &OneSecret).await;
        assert_eq!(split.err(), Some(HeaderFault::Unsendable("X-Visitor".into())));
        let missing = ReadyHeaders::new(&wanted("other"), nobody(), None, &OneSecret).await;
        assert_eq!(missing.err(), Some(HeaderFault::NoSecret("other".into())));
    }

    #[test]
    fn what_the_exchange_needs_is_not_free() {
        assert!(is_free_header("Authorization") && is_free_header("X-Api-Key"));
        for taken in ["Host", "content-length", "Mcp-Session-Id", "Proxy-Authorization", "a b", ""] {
            assert!(!is_free_header(taken), "{taken}");
        }
    }
}
