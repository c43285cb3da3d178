//! Models that say what texts mean, and how well texts answer a question.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::model::{EmbeddingModel, Vector};

/// What a text is there for. Some models put the two differently, so that a question is near its answers and not near
/// other questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// It is searched for.
    Passage,
    /// It searches.
    Question,
}

/// Why there are no vectors or no judgement.
#[derive(Debug, thiserror::Error)]
pub enum EmbedFault {
    /// Out of reach, too slow, or asking to come back later. It may pass.
    #[error("the model can't be reached or failed: {0}")]
    Unavailable(String),
    /// The request itself is refused: wrong key, unknown model.
    #[error("the model refuses the request with status {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// In the provider's words.
        message: String,
    },
    /// What came is no answer of the protocol.
    #[error("the model sent something that is not understood: {0}")]
    Garbled(String),
}

/// Turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Which model it is, under the name that its vectors are stored by.
    fn model(&self) -> &EmbeddingModel;

    /// The most texts that are worth giving it at once.
    fn batch_len(&self) -> usize;

    /// A vector for each text, in order, all of one dimension.
    ///
    /// # Errors
    /// When there are none; repeated attempts are the embedder's own affair.
    async fn embed(&self, texts: &[String], role: TextRole) -> Result<Vec<Vector>, EmbedFault>;
}

/// Reads a question and a passage together and says how well the one answers the other.
#[async_trait]
pub trait Reranker: Send + Sync {
    /// A score for each passage, in order; higher is better.
    ///
    /// # Errors
    /// When there are none.
    async fn rerank(&self, question: &str, passages: &[Arc<str>]) -> Result<Vec<f32>, EmbedFault>;

    /// Passages with a lower score than this don't belong to the question.
    fn score_min(&self) -> f32;

    /// How long a visitor waits for it.
    fn patience(&self) -> Duration;
}
