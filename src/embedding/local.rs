//! Vectors from a table on this machine.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aihio_actors::embedding::{ModelFlaw, StaticModel};
use aihio_actors::model::{EmbeddingModel, FileHash, Vector};
use aihio_actors::ports::{EmbedFault, Embedder, TextRole};
use async_trait::async_trait;

/// Passages that are embedded at once: some milliseconds of work.
const BATCH_LEN: usize = 256;
/// Digits of the table's hash that are part of its name.
const HASH_DIGITS: usize = 12;

/// Why a model's files can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalModelError {
    /// One can't be read.
    #[error("the file {} can't be read", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// They are no model.
    #[error("the files are no model of static vectors that is understood")]
    Flaw(#[from] ModelFlaw),
}

/// A model of static vectors.
pub struct LocalEmbedder {
    model: Arc<StaticModel>,
    name: EmbeddingModel,
}

impl LocalEmbedder {
    /// Reads a model's table (safetensors) and its tokenizer (JSON).
    ///
    /// # Errors
    /// When a file can't be read or is of another kind.
    pub fn read(table: &Path, tokenizer: &Path) -> Result<Self, LocalModelError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| LocalModelError::File { path: path.to_owned(), source })
        };
        let (table, tokenizer) = (read(table)?, read(tokenizer)?);
        let model = Arc::new(StaticModel::read(&table, &tokenizer)?);
        // By what it is and not by where it lies: another table under the same name makes other vectors.
        let hash: String = FileHash::of(&table).to_string().chars().take(HASH_DIGITS).collect();
        let name = EmbeddingModel(format!("static:{hash}@{}", model.dimension()).into());
        Ok(Self { model, name })
    }
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.name
    }

    fn batch_len(&self) -> usize {
        BATCH_LEN
    }

    async fn embed(&self, texts: &[String], role: TextRole) -> Result<Vec<Vector>, EmbedFault> {
        if role == TextRole::Question {
            // Some microseconds: less than handing it to another thread.
            return Ok(texts.iter().map(|text| self.model.embed(text)).collect());
        }
        let (model, texts) = (Arc::clone(&self.model), texts.to_vec());
        let made = tokio::task::spawn_blocking(move || texts.iter().map(|text| model.embed(text)).collect());
        made.await.map_err(|panic| EmbedFault::Garbled(panic.to_string()))
    }
}
