//! Vectors from any endpoint that speaks OpenAI's embeddings: OpenAI itself, Azure, Ollama, vLLM, llama.cpp and more.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aihio_actors::model::{EmbeddingModel, Vector};
use aihio_actors::ports::{EmbedFault, Embedder, TextRole};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::endpoint::{Endpoint, EndpointSettings, Persistence};

/// Longest text that is sent, in characters: what is longer is a question that was pasted, and models cut it anyway.
const TEXT_CHARS_MAX: usize = 8_000;
/// How long questions do without after one that failed, so that an endpoint which is down delays one answer and not each.
const REST: Duration = Duration::from_secs(10);

/// Words that some models want before a text, such as `query: ` and `passage: `.
#[derive(Debug, Clone, Default)]
pub struct TextPrefixes {
    /// Before a question.
    pub question: String,
    /// Before a passage.
    pub passage: String,
}

/// A model behind an endpoint of OpenAI's embeddings.
#[derive(Debug)]
pub struct OpenAiEmbedder {
    endpoint: Endpoint,
    model: String,
    dimensions: Option<NonZeroU32>,
    batch_len: usize,
    prefixes: TextPrefixes,
    name: EmbeddingModel,
    resting: Mutex<Option<Instant>>,
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<NonZeroU32>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl OpenAiEmbedder {
    /// An embedder for a configured endpoint. Needs the process's TLS provider to be installed.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub fn new(
        settings: &EndpointSettings,
        dimensions: Option<NonZeroU32>,
        batch_len: usize,
        prefixes: TextPrefixes,
    ) -> reqwest::Result<Self> {
        let cut = dimensions.map(|count| format!("@{count}")).unwrap_or_default();
        let prefix = &prefixes.passage;
        let name = EmbeddingModel(format!("openai:{}{cut}{prefix}", settings.model).into());
        Ok(Self {
            endpoint: Endpoint::new(settings, "embeddings")?,
            model: settings.model.clone(),
            dimensions,
            batch_len,
            prefixes,
            name,
            resting: Mutex::new(None),
        })
    }

    async fn ask(&self, texts: &[String], role: TextRole) -> Result<Vec<Vector>, EmbedFault> {
        let (prefix, persistence) = match role {
            TextRole::Question => (&self.prefixes.question, Persistence::Once),
            TextRole::Passage => (&self.prefixes.passage, Persistence::Thrice),
        };
        let prefixed = |text: &String| prefix.chars().chain(text.chars()).take(TEXT_CHARS_MAX).collect();
        let question = Question {
            model: &self.model,
            input: texts.iter().map(prefixed).collect(),
            dimensions: self.dimensions,
        };
        let answer: Answer = self.endpoint.ask(&question, persistence).await?;
        in_order(answer, texts.len())
    }

    fn rests(&self) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.is_some_and(|until| until > Instant::now())
    }

    fn rest(&self, until: Option<Instant>) {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// The vectors in the order of the texts, which the protocol does not promise.
fn in_order(answer: Answer, count: usize) -> Result<Vec<Vector>, EmbedFault> {
    let mut entries = answer.data;
    entries.sort_by_key(|entry| entry.index.unwrap_or(usize::MAX));
    let dimension = entries.first().map_or(0, |entry| entry.embedding.len());
    let numbered = entries.iter().enumerate().all(|(at, entry)| entry.index.is_none_or(|index| index == at));
    let alike = entries.iter().all(|entry| entry.embedding.len() == dimension);
    if entries.len() == count && numbered && alike && dimension > 0 {
        Ok(entries.into_iter().map(|entry| Vector::of(entry.embedding)).collect())
    } else {
        let what = format!("{} vectors for {count} texts, or of different lengths", entries.len());
        Err(EmbedFault::Garbled(what))
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.name
    }

    fn batch_len(&self) -> usize {
        self.batch_len
    }

    async fn embed(&self, texts: &[String], role: TextRole) -> Result<Vec<Vector>, EmbedFault> {
        if role == TextRole::Passage {
            return self.ask(texts, role).await;
        }
        if self.rests() {
            return Err(EmbedFault::Unavailable("it failed a moment ago".into()));
        }
        // Whoever asks may give up; then nobody would note that the endpoint is slow.
        self.rest(Some(Instant::now() + REST));
        let asked = self.ask(texts, role).await;
        if asked.is_ok() {
            self.rest(None);
        }
        asked
    }
}

#[cfg(test)]
mod tests;
