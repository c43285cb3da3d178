//! A second judgement by any endpoint with a `/rerank` of the form that Cohere, Jina, vLLM and llama.cpp share, or of that
//! which Hugging Face's inference server has.

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::ports::{EmbedFault, Reranker};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::endpoint::{Endpoint, EndpointSettings, Persistence};

/// A reranking model behind an endpoint.
#[derive(Debug)]
pub struct EndpointReranker {
    endpoint: Endpoint,
    model: String,
    score_min: f32,
    patience: Duration,
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    query: &'a str,
    documents: &'a [Arc<str>],
    top_n: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Named { results: Vec<Judgement> },
    Bare(Vec<Judgement>),
}

#[derive(Deserialize)]
struct Judgement {
    index: usize,
    #[serde(alias = "score")]
    relevance_score: f32,
}

impl EndpointReranker {
    /// A reranker for a configured endpoint; passages that it scores below `score_min` are dropped. Needs the process's
    /// TLS provider to be installed.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub fn new(settings: &EndpointSettings, score_min: f32) -> reqwest::Result<Self> {
        Ok(Self {
            endpoint: Endpoint::new(settings, "rerank")?,
            model: settings.model.clone(),
            score_min,
            patience: settings.timeouts.answer,
        })
    }
}

#[async_trait]
impl Reranker for EndpointReranker {
    async fn rerank(&self, question: &str, passages: &[Arc<str>]) -> Result<Vec<f32>, EmbedFault> {
        let question =
            Question { model: &self.model, query: question, documents: passages, top_n: passages.len() };
        let answer: Answer = self.endpoint.ask(&question, Persistence::Once).await?;
        let (Answer::Named { results } | Answer::Bare(results)) = answer;
        // A passage that is not judged is not better than any that is.
        let mut scores = vec![f32::NEG_INFINITY; passages.len()];
        for judgement in results {
            let score = scores.get_mut(judgement.index).filter(|_| judgement.relevance_score.is_finite());
            *score.ok_or_else(|| EmbedFault::Garbled("a score for no passage".into()))? =
                judgement.relevance_score;
        }
        Ok(scores)
    }

    fn score_min(&self) -> f32 {
        self.score_min
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

#[cfg(test)]
mod tests;
