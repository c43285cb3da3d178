//! Memory beside the store.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::load::Flaw;
use super::value;

/// Section `redis`.
#[derive(Debug, Clone, Deserialize)]
pub struct RedisSettings {
    /// Where Redis is; none is to do without.
    #[serde(deserialize_with = "value::optional_secret")]
    pub url: Option<SecretString>,
}

impl RedisSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        let known = |url: &str| url.starts_with("redis://") || url.starts_with("rediss://");
        match &self.url {
            Some(url) if !known(url.expose_secret()) => {
                Err(Flaw::new("redis.url", "it must begin with redis:// or rediss://"))
            }
            _ => Ok(()),
        }
    }
}
