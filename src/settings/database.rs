//! The store.

use std::num::NonZeroU32;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::load::Flaw;
use super::value;

/// Section `database`.
#[derive(Debug, Clone, Deserialize)]
pub struct DatabaseSettings {
    /// PostgreSQL or SQLite; none is SQLite in the data folder. See [`Settings::database_url`](super::Settings::database_url).
    #[serde(deserialize_with = "value::optional_secret")]
    pub url: Option<SecretString>,
    /// Whether pending migrations are applied at start.
    pub migrate: bool,
    /// Connections to PostgreSQL, at most.
    pub connections_max: NonZeroU32,
}

impl DatabaseSettings {
    /// Whether the store is one that several processes can share.
    pub(super) fn is_shared(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.expose_secret().starts_with("postgres"))
    }

    pub(super) fn check(&self) -> Result<(), Flaw> {
        Flaw::unless_within("database.connections_max", self.connections_max.get().into(), 1..=1_000)?;
        let known = ["postgres://", "postgresql://", "sqlite:"];
        match &self.url {
            Some(url) if !known.iter().any(|scheme| url.expose_secret().starts_with(scheme)) => {
                Err(Flaw::new("database.url", "it must begin with postgres:// or sqlite:"))
            }
            _ => Ok(()),
        }
    }
}

/// The address of an SQLite file that is made where there is none. What has a meaning in addresses is escaped.
pub(super) fn sqlite_url(file: &Path) -> SecretString {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc").into()
}
