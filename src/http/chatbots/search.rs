//! `POST /v1/chatbots/{chatbot_id}/search`: what the chatbot finds for a question, and how well.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{ChunkId, Hit, SourceId, StageScores};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::http::field;
use crate::http::json::Json;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::http::visitor;

/// What to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// The question.
    #[schema(min_length = 1, max_length = 8000)]
    query: String,
    /// Most passages to give; 10 when left out.
    #[schema(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// What was found, best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Found {
    /// The passages.
    items: Vec<FoundPassage>,
}

/// A passage and how well it matches.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundPassage {
    /// The passage.
    #[schema(value_type = uuid::Uuid)]
    chunk_id: ChunkId,
    /// The source that it is from.
    #[schema(value_type = uuid::Uuid)]
    source_id: SourceId,
    /// The source's title.
    #[schema(value_type = String)]
    title: Arc<str>,
    /// Where the source can be read, for web pages.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Arc<str>>,
    /// The passage's words.
    #[schema(value_type = String)]
    text: Arc<str>,
    /// Higher is better; comparable within one search only.
    score: f32,
    /// What each stage of retrieval gave, where it took part: `bm25` by words, `vector` (cosine), `fused` of both,
    /// `closeness` of the question's words in the passage (0 to 1), `rerank` by a model, and `coverage`, the share of the
    /// question that the passage holds (0 to 1).
    #[schema(value_type = std::collections::BTreeMap<String, f32>)]
    scores: StageScores,
}

impl From<Hit> for FoundPassage {
    fn from(hit: Hit) -> Self {
        let passage = &hit.passage;
        Self {
            chunk_id: passage.chunk_id,
            source_id: passage.source_id,
            title: Arc::clone(&passage.title),
            url: passage.url.clone(),
            text: Arc::clone(&passage.text),
            score: hit.score,
            scores: hit.stages,
        }
    }
}

/// Try the search
///
/// The retrieval bench: the same search that answers rest on, without an answer.
#[utoipa::path(tag = "knowledge", responses((status = 200, description = "What was found.", body = Found)))]
#[post("/v1/chatbots/{chatbot_id}/search")]
pub(crate) async fn search_chatbot(
    owned: OwnedChatbot<Read>,
    service: web::Data<Service>,
    body: Json<Search>,
) -> Result<HttpResponse, ApiError> {
    let limit = body.limit.unwrap_or(10);
    let mut errors: Vec<_> = field::chars("query", &body.query, 1..=8_000).into_iter().collect();
    errors.extend(field::within("limit", &limit, &(1..=50)));
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let handle = visitor::find(&service, owned.id()).await?;
    let hits = handle.view().find(&body.query, limit).await;
    let items = hits.into_iter().map(FoundPassage::from).collect();
    Ok(HttpResponse::Ok().json(Found { items }))
}
