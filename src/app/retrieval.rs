//! What finds passages, as it is configured.

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::chatbot::knowledge::Fusion;
use aihio_actors::model::JobId;
use aihio_actors::ports::{Embedder, Embedding, Ports, Reranker, Retrieval};
use secrecy::SecretString;
use url::Url;

use super::StartError;
use crate::embedding::{
    EndpointReranker, EndpointSettings, EndpointTimeouts, LocalEmbedder, OpenAiEmbedder, TextPrefixes,
};
use crate::settings::{EmbeddingsKind, EmbeddingsSettings, RerankSettings, Settings};
use crate::store::{Store, StoreError};

/// How long a connection to an endpoint may take.
const CONNECT: Duration = Duration::from_secs(5);

pub(super) fn retrieval(settings: &Settings, store: &Store) -> Result<Retrieval, StartError> {
    let wanted = &settings.embeddings;
    let embedding = embedder(wanted)?.map(|embedder| Embedding {
        embedder,
        vectors: Arc::new(store.clone()),
        memory_max: wanted.memory_vectors_max,
    });
    Ok(Retrieval {
        embedding,
        reranker: reranker(&settings.rerank)?,
        fusion: Fusion::Ranks { vectors: wanted.weight },
    })
}

/// Has the vectors made that are missing: of what was read without a model, or with another one.
pub(super) async fn backfill(store: &Store, ports: &Ports) -> Result<(), StoreError> {
    let Some(embedding) = &ports.retrieval.embedding else { return Ok(()) };
    let (model, now) = (embedding.embedder.model(), ports.clock.now());
    let queued = store.queue_embedding(model, now, || JobId::from_uuid(ports.dice.id(now))).await?;
    if queued > 0 {
        tracing::info!(%model, sources = queued, "vectors are made of what was read without this model");
    }
    Ok(())
}

fn embedder(wanted: &EmbeddingsSettings) -> Result<Option<Arc<dyn Embedder>>, StartError> {
    match (wanted.kind, &wanted.base_url, &wanted.table_file, &wanted.tokenizer_file) {
        (EmbeddingsKind::OpenAi, Some(base_url), _, _) => {
            let answer = Duration::from_secs(wanted.timeout_seconds);
            let endpoint = endpoint(base_url, wanted.api_key.as_ref(), wanted.model.as_deref(), answer);
            let prefixes = TextPrefixes {
                question: wanted.question_prefix.clone(),
                passage: wanted.passage_prefix.clone(),
            };
            let embedder = OpenAiEmbedder::new(&endpoint, wanted.dimensions(), wanted.batch_len, prefixes);
            Ok(Some(Arc::new(embedder.map_err(|error| StartError::Tls(error.into()))?)))
        }
        (EmbeddingsKind::Static, _, Some(table), Some(tokenizer)) => {
            Ok(Some(Arc::new(LocalEmbedder::read(table, tokenizer)?)))
        }
        // The settings were checked: what its kind needs is there.
        _ => Ok(None),
    }
}

fn reranker(wanted: &RerankSettings) -> Result<Option<Arc<dyn Reranker>>, StartError> {
    let Some(base_url) = &wanted.base_url else { return Ok(None) };
    let patience = Duration::from_millis(wanted.timeout_millis);
    let endpoint = endpoint(base_url, wanted.api_key.as_ref(), wanted.model.as_deref(), patience);
    let reranker = EndpointReranker::new(&endpoint, wanted.score_min);
    Ok(Some(Arc::new(reranker.map_err(|error| StartError::Tls(error.into()))?)))
}

fn endpoint(
    base_url: &Url,
    api_key: Option<&SecretString>,
    model: Option<&str>,
    answer: Duration,
) -> EndpointSettings {
    EndpointSettings {
        base_url: base_url.clone(),
        api_key: api_key.cloned().unwrap_or_else(|| SecretString::from("")),
        model: model.unwrap_or_default().to_owned(),
        timeouts: EndpointTimeouts { connect: CONNECT, answer },
    }
}
