//! Where vectors are kept, and what the engine finds by them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Embedder, PortError, Reranker};
use crate::chatbot::knowledge::Fusion;
use crate::model::{ChatbotId, ChunkId, EmbeddingModel, SourceId, Vector};

/// A passage without a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// The passage.
    pub chunk_id: ChunkId,
    /// Its text.
    pub text: String,
}

/// What a source still needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unembedded {
    /// Some of the passages without a vector.
    pub passages: Vec<Bare>,
    /// How many there are in all, these included.
    pub left: usize,
}

/// Vectors by passage and model.
#[async_trait]
pub trait VectorStore: Send + Sync {
    /// At most `limit` passages of the source's current version that have no vector of the model.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn unembedded(
        &self,
        source: SourceId,
        model: &EmbeddingModel,
        limit: usize,
    ) -> Result<Unembedded, PortError>;

    /// Keeps vectors, all or none. Those of passages that are gone or have one are left out.
    ///
    /// # Errors
    /// When they can't be stored.
    async fn keep(&self, model: &EmbeddingModel, vectors: Vec<(ChunkId, Vector)>) -> Result<(), PortError>;

    /// Forgets the vectors that other models made of the source.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn forget_others(&self, source: SourceId, model: &EmbeddingModel) -> Result<(), PortError>;

    /// The next vectors of a chatbot's passages in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn page(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        after: Option<ChunkId>,
        limit: usize,
    ) -> Result<Vec<(ChunkId, Vector)>, PortError>;

    /// The chatbot's passages nearest to a vector with the cosines, nearest first. None where the store can't compare
    /// vectors.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn nearest(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        question: &Vector,
        limit: usize,
    ) -> Result<Option<Vec<(ChunkId, f32)>>, PortError>;
}

/// A model and the place where its vectors are kept.
#[derive(Clone)]
pub struct Embedding {
    /// The model.
    pub embedder: Arc<dyn Embedder>,
    /// The place.
    pub vectors: Arc<dyn VectorStore>,
    /// The most vectors of one chatbot that are held in memory. Those of larger ones are searched where they are kept, if
    /// that place can.
    pub memory_max: usize,
}

/// How passages are found. Without a model by their words alone.
#[derive(Clone, Default)]
pub struct Retrieval {
    /// Vectors, where a model is configured.
    pub embedding: Option<Embedding>,
    /// What judges the best once more.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// How words and vectors become one ranking.
    pub fusion: Fusion,
}

impl fmt::Debug for Retrieval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.embedding.as_ref().map(|embedding| embedding.embedder.model().to_string());
        f.debug_struct("Retrieval")
            .field("model", &model)
            .field("fusion", &self.fusion)
            .finish_non_exhaustive()
    }
}
