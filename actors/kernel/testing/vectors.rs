//! Vectors in a scripted world: a model that knows some words, and a place where what it says is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{MemoryStore, Switch};
use crate::model::{ChatbotId, Chunk, ChunkId, EmbeddingModel, SourceId, Vector};
use crate::ports::{
    Bare, EmbedFault, Embedder, Embedding, Knowledge, PortError, Retrieval, TextRole, Unembedded, VectorStore,
};

/// Words that mean the same to the model share a direction.
const MEANINGS: [&[&str]; 3] = [&["tea", "brew"], &["cup", "mug"], &["shop", "store"]];

/// A model that knows a handful of words.
#[derive(Debug)]
pub struct ScriptedEmbedder {
    name: EmbeddingModel,
    /// Whether it answers.
    pub switch: Switch,
}

impl ScriptedEmbedder {
    /// One of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: EmbeddingModel(name.into()), switch: Switch::working("embedder") }
    }
}

#[async_trait]
impl Embedder for ScriptedEmbedder {
    fn model(&self) -> &EmbeddingModel {
        &self.name
    }

    fn batch_len(&self) -> usize {
        2
    }

    async fn embed(&self, texts: &[String], _role: TextRole) -> Result<Vec<Vector>, EmbedFault> {
        self.switch.pass().await.map_err(|error| EmbedFault::Unavailable(error.to_string()))?;
        Ok(texts.iter().map(|text| meaning(text)).collect())
    }
}

fn meaning(text: &str) -> Vector {
    let text = text.to_lowercase();
    let holds = |words: &&[&str]| if words.iter().any(|word| text.contains(word)) { 1.0 } else { 0.0 };
    Vector::of(MEANINGS.iter().map(holds).collect())
}

/// Vectors beside the passages of a [`MemoryStore`].
pub struct MemoryVectors {
    store: Arc<MemoryStore>,
    kept: Mutex<BTreeMap<(ChunkId, Arc<str>), Vector>>,
}

impl MemoryVectors {
    /// None yet.
    #[must_use]
    pub fn of(store: &Arc<MemoryStore>) -> Self {
        Self { store: Arc::clone(store), kept: Mutex::default() }
    }

    /// What a process with this model finds by.
    #[must_use]
    pub fn with(self: &Arc<Self>, embedder: &Arc<ScriptedEmbedder>) -> Retrieval {
        let embedding =
            Embedding { embedder: embedder.clone(), vectors: self.clone(), memory_max: usize::MAX };
        Retrieval { embedding: Some(embedding), ..Retrieval::default() }
    }

    /// How many vectors each model has made.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Arc<str>, usize> {
        let mut counts = BTreeMap::new();
        for (_, model) in self.kept().keys() {
            *counts.entry(Arc::clone(model)).or_default() += 1;
        }
        counts
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<(ChunkId, Arc<str>), Vector>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chunks(&self, source: SourceId) -> Vec<Chunk> {
        self.store.reading(source).map(|reading| reading.chunks).unwrap_or_default()
    }
}

#[async_trait]
impl VectorStore for MemoryVectors {
    async fn unembedded(
        &self,
        source: SourceId,
        model: &EmbeddingModel,
        limit: usize,
    ) -> Result<Unembedded, PortError> {
        let kept = self.kept();
        let chunks = self.chunks(source).into_iter();
        let bare: Vec<Bare> = chunks
            .filter(|chunk| !kept.contains_key(&(chunk.chunk_id, Arc::clone(&model.0))))
            .map(|chunk| Bare { chunk_id: chunk.chunk_id, text: chunk.text.to_string() })
            .collect();
        Ok(Unembedded { left: bare.len(), passages: bare.into_iter().take(limit).collect() })
    }

    async fn keep(&self, model: &EmbeddingModel, vectors: Vec<(ChunkId, Vector)>) -> Result<(), PortError> {
        self.kept()
            .extend(vectors.into_iter().map(|(chunk, vector)| ((chunk, Arc::clone(&model.0)), vector)));
        Ok(())
    }

    async fn forget_others(&self, source: SourceId, model: &EmbeddingModel) -> Result<(), PortError> {
        let chunks: Vec<ChunkId> = self.chunks(source).iter().map(|chunk| chunk.chunk_id).collect();
        self.kept().retain(|(chunk, by), _| *by == model.0 || !chunks.contains(chunk));
        Ok(())
    }

    async fn page(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        after: Option<ChunkId>,
        limit: usize,
    ) -> Result<Vec<(ChunkId, Vector)>, PortError> {
        let chunks: Vec<ChunkId> =
            self.store.chunks(chatbot).await?.iter().map(|chunk| chunk.chunk_id).collect();
        let kept = self.kept();
        let of_model = kept.iter().filter(|((chunk, by), _)| *by == model.0 && chunks.contains(chunk));
        let later = of_model.filter(|((chunk, _), _)| after.is_none_or(|after| *chunk > after));
        Ok(later.take(limit).map(|((chunk, _), vector)| (*chunk, vector.clone())).collect())
    }

    async fn nearest(
        &self,
        _chatbot: ChatbotId,
        _model: &EmbeddingModel,
        _question: &Vector,
        _limit: usize,
    ) -> Result<Option<Vec<(ChunkId, f32)>>, PortError> {
        Ok(None)
    }
}
