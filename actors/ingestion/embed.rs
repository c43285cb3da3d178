//! Vectors for a source's passages, batch by batch. What has no vector yet is what is left to do, so the store itself says
//! where to go on: after a crash, and after the model was changed for another.

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};

use super::IngestionJob;
use super::state::{Input, StepFailure};
use crate::model::{JobError, SourceId};
use crate::ports::{EmbedFault, Embedder, Embedding, Fault, PortError, TextRole, Unembedded};

impl IngestionJob {
    pub(super) fn embed(&self, ctx: &mut Context<Self>) {
        let (embedding, source) =
            (self.context.ports.retrieval.embedding.clone(), self.machine.job().source_id);
        let embed = async move {
            match embedding {
                None => Ok(0),
                Some(embedding) => embed_some(&embedding, source).await,
            }
        };
        ctx.spawn(embed.into_actor(self).map(|left, job, ctx| {
            let input = left.map_or_else(Input::Failed, |left| Input::Embedded { left });
            job.apply(input, ctx);
        }));
    }
}

/// Makes and stores the vectors of one batch; returns how many passages are left without.
async fn embed_some(embedding: &Embedding, source: SourceId) -> Result<usize, StepFailure> {
    let Embedding { embedder, vectors, .. } = embedding;
    let batch = vectors.unembedded(source, embedder.model(), embedder.batch_len()).await.map_err(stored)?;
    if batch.passages.is_empty() {
        vectors.forget_others(source, embedder.model()).await.map_err(stored)?;
        return Ok(0);
    }
    let Unembedded { passages, left } = batch;
    let count = passages.len();
    let (ids, texts): (Vec<_>, Vec<_>) = passages.into_iter().map(|bare| (bare.chunk_id, bare.text)).unzip();
    let made = make(embedder.as_ref(), &texts).await?;
    vectors.keep(embedder.model(), ids.into_iter().zip(made).collect()).await.map_err(stored)?;
    // One more round finds that nothing is left, also where passages have come meanwhile.
    Ok(left.saturating_sub(count).max(1))
}

async fn make(embedder: &dyn Embedder, texts: &[String]) -> Result<Vec<crate::model::Vector>, StepFailure> {
    let made = embedder.embed(texts, TextRole::Passage).await.map_err(|fault| failed(&fault))?;
    if made.len() == texts.len() {
        return Ok(made);
    }
    Err(failed(&EmbedFault::Garbled(format!("{} vectors for {} texts", made.len(), texts.len()))))
}

fn failed(fault: &EmbedFault) -> StepFailure {
    tracing::warn!(%fault, "passages could not be embedded");
    let error = JobError {
        code: "embeddings_unavailable".into(),
        message: format!(
            "The source is found by its words, but not by its meaning yet: {fault}. Check the settings of the embedding \
             model and run the job again."
        ),
    };
    match fault {
        EmbedFault::Unavailable(_) => StepFailure::ForNow(error),
        EmbedFault::Refused { .. } | EmbedFault::Garbled(_) => StepFailure::ForGood(error),
    }
}

fn stored(error: PortError) -> StepFailure {
    tracing::warn!(?error, "vectors could not be stored");
    let stored = JobError {
        code: "unavailable".into(),
        message: "The store can't be reached now. The source's vectors are stored as soon as it can be."
            .into(),
    };
    match error.fault {
        Fault::Transient => StepFailure::ForNow(stored),
        Fault::Permanent => StepFailure::ForGood(stored),
    }
}
