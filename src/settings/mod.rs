//! What an operator can set: `config/default.toml`, below an optional file, below the environment.
//!
//! Loading has no side effects and is the only place that reads the environment. What comes out has been checked:
//! the rest of the program never meets an address that is none, or a plan that does not exist. Each section is a file
//! of this folder and holds its own checks.

mod billing;
mod cache;
mod cluster;
mod crawler;
mod database;
mod demo;
mod embeddings;
mod error;
mod extract;
mod http;
mod journal;
mod keys;
mod layers;
mod limits;
mod llm;
mod load;
mod log;
#[cfg(feature = "faults")]
pub mod mutant;
mod owner;
mod recording;
mod registration;
mod storage;
#[cfg(test)]
mod tests;
mod unsupported;
mod value;
mod warnings;

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

pub use billing::{BillingSettings, Plans};
pub use cache::RedisSettings;
pub use cluster::ClusterSettings;
pub use crawler::{CrawlerSettings, HostPort};
pub use database::DatabaseSettings;
pub use demo::DemoSettings;
pub use embeddings::{EmbeddingsKind, EmbeddingsSettings, RerankSettings};
pub use error::{Place, SettingsError};
pub use extract::ExtractSettings;
pub use http::{DrainTimes, HttpSettings, TrustedProxy};
pub use journal::{Durability, JournalSettings};
pub use limits::LimitsSettings;
pub use llm::{LlmSettings, ModelPrice, ProviderKind};
pub use load::LoadOptions;
pub use log::{LogFormat, LogLevel, LogSettings};
pub use owner::OwnerSettings;
pub use recording::RecordingSettings;
pub use registration::RegistrationSettings;
pub use storage::{S3Settings, StorageSettings};

/// The embedded defaults, which are also the list of every key.
pub const DEFAULT_TOML: &str = include_str!("../../config/default.toml");

/// Everything that can be set, checked.
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// The folder for what is stored locally.
    pub data_dir: PathBuf,
    /// The web server.
    pub http: HttpSettings,
    /// The store.
    pub database: DatabaseSettings,
    /// Memory shared between lives of the process.
    pub redis: RedisSettings,
    /// Several processes.
    pub cluster: ClusterSettings,
    /// The first owner.
    pub owner: OwnerSettings,
    /// Accounts made by strangers.
    pub registration: RegistrationSettings,
    /// The chatbot that knows this documentation.
    pub demo: DemoSettings,
    /// The durable history.
    pub journal: JournalSettings,
    /// Recordings of conversations.
    pub recording: RecordingSettings,
    /// Reading of web pages.
    pub crawler: CrawlerSettings,
    /// Where uploaded files are kept.
    pub storage: StorageSettings,
    /// Reading of documents.
    pub extract: ExtractSettings,
    /// Vectors of texts.
    pub embeddings: EmbeddingsSettings,
    /// A second judgement of what was found.
    pub rerank: RerankSettings,
    /// Plans.
    pub billing: BillingSettings,
    /// Rate limits.
    pub limits: LimitsSettings,
    /// Logs.
    pub log: LogSettings,
    /// Models, by name.
    #[serde(default)]
    pub llm: BTreeMap<String, LlmSettings>,
}

impl Settings {
    /// The address of the store: the one that is set, or SQLite in the data folder.
    #[must_use]
    pub fn database_url(&self) -> SecretString {
        self.database.url.clone().unwrap_or_else(|| database::sqlite_url(&self.data_dir.join("aihio.db")))
    }

    /// The address under which browsers reach the server, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.http.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.http.bind),
        }
    }

    /// Combinations that work and may still not be meant, each with its cure.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        warnings::of(self)
    }
}
