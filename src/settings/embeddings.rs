//! Vectors of texts.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::load::Flaw;
use super::value;

/// Section `embeddings`.
#[derive(Debug, Clone, Deserialize)]
pub struct EmbeddingsSettings {
    /// Where vectors come from.
    #[serde(deserialize_with = "value::parsed")]
    pub kind: EmbeddingsKind,
    /// The endpoint, up to and with `/v1`.
    #[serde(deserialize_with = "value::optional")]
    pub base_url: Option<Url>,
    /// What it asks for.
    #[serde(deserialize_with = "value::optional_secret")]
    pub api_key: Option<SecretString>,
    /// The model to ask there.
    #[serde(deserialize_with = "value::optional")]
    pub model: Option<String>,
    /// How many numbers a vector is to have; 0: as many as the model makes.
    pub dimensions: u32,
    /// Texts in one request.
    pub batch_len: usize,
    /// How long one request may take, in seconds.
    pub timeout_seconds: u64,
    /// What the model wants before a question.
    pub question_prefix: String,
    /// What it wants before a passage.
    pub passage_prefix: String,
    /// The table of a model of static vectors.
    #[serde(deserialize_with = "value::optional")]
    pub table_file: Option<PathBuf>,
    /// Its tokenizer.
    #[serde(deserialize_with = "value::optional")]
    pub tokenizer_file: Option<PathBuf>,
    /// What a rank by vectors is worth beside the same rank by words.
    pub weight: f32,
    /// The most vectors of a chatbot that are held in memory.
    pub memory_vectors_max: usize,
}

/// Where vectors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingsKind {
    /// From nowhere: passages are found by their words.
    None,
    /// From an endpoint with OpenAI's embeddings.
    OpenAi,
    /// From a table on this machine.
    Static,
}

impl FromStr for EmbeddingsKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "openai" => Ok(Self::OpenAi),
            "static" => Ok(Self::Static),
            other => {
                Err(format!("`{other}` is not a kind of embeddings; there are `none`, `openai` and `static`"))
            }
        }
    }
}

impl EmbeddingsSettings {
    /// How many numbers a vector is to have, where that is said.
    #[must_use]
    pub const fn dimensions(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.dimensions)
    }

    pub(super) fn check(&self) -> Result<(), Flaw> {
        Flaw::unless_within("embeddings.dimensions", self.dimensions.into(), 0..=16_384)?;
        Flaw::unless_within("embeddings.batch_len", self.batch_len as u64, 1..=2_048)?;
        Flaw::unless_within("embeddings.timeout_seconds", self.timeout_seconds, 1..=600)?;
        if !(0.0..=10.0).contains(&self.weight) {
            return Err(Flaw::new("embeddings.weight", format!("{} is not between 0 and 10", self.weight)));
        }
        let needs = |key: &str, is_set: bool| {
            let problem = format!("it is not set, and `embeddings.kind = \"{}\"` needs it", self.kind.word());
            if is_set { Ok(()) } else { Err(Flaw::new(key, problem)) }
        };
        match self.kind {
            EmbeddingsKind::None => Ok(()),
            EmbeddingsKind::OpenAi => {
                needs("embeddings.base_url", self.base_url.is_some())?;
                needs("embeddings.model", self.model.is_some())?;
                web_address("embeddings.base_url", self.base_url.as_ref())
            }
            EmbeddingsKind::Static => {
                needs("embeddings.table_file", self.table_file.is_some())?;
                needs("embeddings.tokenizer_file", self.tokenizer_file.is_some())
            }
        }
    }
}

impl EmbeddingsKind {
    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OpenAi => "openai",
            Self::Static => "static",
        }
    }
}

/// Section `rerank`.
#[derive(Debug, Clone, Deserialize)]
pub struct RerankSettings {
    /// The endpoint, up to what comes before `/rerank`; none: nothing is judged again.
    #[serde(deserialize_with = "value::optional")]
    pub base_url: Option<Url>,
    /// What it asks for.
    #[serde(deserialize_with = "value::optional_secret")]
    pub api_key: Option<SecretString>,
    /// The model to ask there.
    #[serde(deserialize_with = "value::optional")]
    pub model: Option<String>,
    /// How long a visitor waits for it, in milliseconds.
    pub timeout_millis: u64,
    /// Passages with a lower score are dropped.
    pub score_min: f32,
}

impl RerankSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        Flaw::unless_within("rerank.timeout_millis", self.timeout_millis, 10..=60_000)?;
        if self.base_url.is_some() && self.model.is_none() {
            return Err(Flaw::new("rerank.model", "it is not set, and `rerank.base_url` needs it"));
        }
        web_address("rerank.base_url", self.base_url.as_ref())
    }
}

fn web_address(key: &str, url: Option<&Url>) -> Result<(), Flaw> {
    match url {
        Some(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
            Err(Flaw::new(key, "it must begin with http:// or https:// and a host"))
        }
        _ => Ok(()),
    }
}
