//! How a chatbot finds passages: by words in its memory, by vectors there or in the store, judged once more where a model
//! for that is configured. What fails on the way is left out, and the words alone still find.

use std::time::Duration;

use super::knowledge::{ChunkNumber, DEPTH, Index, Vectors, VectorsBuilder};
use crate::model::{ChatbotId, Hit, StageScores, Vector};
use crate::ports::{Embedding, PortError, Reranker, Retrieval, TextRole};

/// How long a question waits for its vector. A visitor had better get an answer by words alone than none.
const QUESTION_PATIENCE: Duration = Duration::from_secs(2);
/// Vectors that are read from the store at once.
const PAGE_LEN: usize = 1_000;
/// How many of the best a reranker reads.
const RERANKED: usize = 20;

/// What a chatbot searches with.
#[derive(Debug, Default)]
pub struct Finder {
    tools: Retrieval,
    known: Known,
}

/// Where the vectors are.
#[derive(Debug, Default)]
enum Known {
    /// There are none.
    #[default]
    Nowhere,
    InMemory(Vectors),
    InStore(ChatbotId),
}

impl Finder {
    /// Reads the vectors of an index's passages, or leaves them where they are if they are too many.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn load(tools: &Retrieval, chatbot: ChatbotId, index: &Index) -> Result<Self, PortError> {
        let known = match &tools.embedding {
            None => Known::Nowhere,
            Some(embedding) => known(embedding, chatbot, index).await?,
        };
        Ok(Self { tools: tools.clone(), known })
    }

    /// The passages of the index that answer best, best first.
    pub(super) async fn find(&self, index: &Index, question: &str, limit: usize) -> Vec<Hit> {
        let near = self.near(index, question).await;
        let wanted = if self.tools.reranker.is_some() { limit.max(RERANKED) } else { limit };
        let mut hits = index.find(question, &near, self.tools.fusion, wanted);
        if let Some(reranker) = &self.tools.reranker {
            hits = reranked(reranker.as_ref(), question, hits).await;
        }
        hits.truncate(limit);
        hits
    }

    async fn near(&self, index: &Index, question: &str) -> Vec<(ChunkNumber, f32)> {
        let Some(embedding) = self.tools.embedding.as_ref().filter(|_| self.has_vectors()) else {
            return Vec::new();
        };
        let near = async {
            let vector = question_vector(embedding, question).await?;
            match &self.known {
                Known::Nowhere => Some(Vec::new()),
                Known::InMemory(vectors) => Some(vectors.nearest(&vector, DEPTH)),
                Known::InStore(chatbot) => stored(embedding, *chatbot, &vector, index).await,
            }
        };
        match tokio::time::timeout(QUESTION_PATIENCE, near).await {
            Ok(near) => near.unwrap_or_default(),
            Err(_) => {
                tracing::warn!("a question's vector took too long; it is answered by words alone");
                Vec::new()
            }
        }
    }

    const fn has_vectors(&self) -> bool {
        match &self.known {
            Known::Nowhere => false,
            Known::InMemory(vectors) => !vectors.is_empty(),
            Known::InStore(_) => true,
        }
    }
}

async fn known(embedding: &Embedding, chatbot: ChatbotId, index: &Index) -> Result<Known, PortError> {
    let Embedding { embedder, vectors, memory_max } = embedding;
    if index.len() > *memory_max {
        let nothing = Vector::of(Vec::new());
        if vectors.nearest(chatbot, embedder.model(), &nothing, 0).await?.is_some() {
            return Ok(Known::InStore(chatbot));
        }
        tracing::warn!(
            chatbot.id = %chatbot, passages = index.len(),
            "more vectors than are to be held in memory, and the database can't compare vectors: held all the same"
        );
    }
    let mut builder = VectorsBuilder::new(index.passages());
    let mut after = None;
    loop {
        let page = vectors.page(chatbot, embedder.model(), after, PAGE_LEN).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        // Rounding takes a while: not on a thread that serves conversations.
        let round = tokio::task::spawn_blocking(move || {
            page.iter().for_each(|(chunk, vector)| builder.add(*chunk, vector));
            builder
        });
        builder = round.await.map_err(|panic| PortError::permanent("vectors", panic))?;
    }
    Ok(Known::InMemory(builder.build()))
}

async fn question_vector(embedding: &Embedding, question: &str) -> Option<Vector> {
    match embedding.embedder.embed(&[question.to_owned()], TextRole::Question).await {
        Ok(vectors) => vectors.into_iter().next(),
        Err(fault) => {
            tracing::warn!(%fault, "a question has no vector; it is answered by words alone");
            None
        }
    }
}

async fn stored(
    embedding: &Embedding,
    chatbot: ChatbotId,
    vector: &Vector,
    index: &Index,
) -> Option<Vec<(ChunkNumber, f32)>> {
    let Embedding { embedder, vectors, .. } = embedding;
    match vectors.nearest(chatbot, embedder.model(), vector, DEPTH).await {
        Ok(found) => found.map(|found| index.numbered(&found)),
        Err(error) => {
            tracing::warn!(?error, "vectors can't be searched now; words alone are");
            None
        }
    }
}

/// The hits in the reranker's order without those that it finds beside the point; as they were where it fails.
async fn reranked(reranker: &dyn Reranker, question: &str, hits: Vec<Hit>) -> Vec<Hit> {
    let read = hits.get(..RERANKED).unwrap_or(&hits);
    let passages: Vec<_> = read.iter().map(|hit| hit.passage.text.clone()).collect();
    if passages.is_empty() {
        return hits;
    }
    let judged = tokio::time::timeout(reranker.patience(), reranker.rerank(question, &passages)).await;
    let scores = match judged {
        Ok(Ok(scores)) if scores.len() == read.len() => scores,
        Ok(Err(fault)) => {
            tracing::warn!(%fault, "passages could not be judged again; their order stays");
            return hits;
        }
        Ok(Ok(_)) | Err(_) => {
            tracing::warn!("passages could not be judged again in time; their order stays");
            return hits;
        }
    };
    let mut judged: Vec<Hit> = read
        .iter()
        .zip(scores)
        .filter(|(_, score)| *score >= reranker.score_min())
        .map(|(hit, score)| Hit {
            score,
            stages: StageScores { rerank: Some(score), ..hit.stages },
            ..hit.clone()
        })
        .collect();
    judged.sort_by(|a, b| b.score.total_cmp(&a.score));
    judged
}
