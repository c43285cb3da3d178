//! Vectors for what was read before there was a model, or with another one.

use aihio_actors::model::{
    AccountId, ChatbotId, EmbeddingModel, Job, JobId, JobStage, JobState, Progress, SourceId, Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::super::dialect::Sql;
use super::super::{Store, StoreError};

/// Sources with passages that have no vector of the model, unless they are being read just now.
const LACKING: Sql = Sql::same(
    "SELECT sources.source_id, sources.account_id, sources.chatbot_id, sources.kind FROM sources \
     WHERE EXISTS (SELECT 1 FROM chunks WHERE chunks.document_id = sources.document_id \
        AND NOT EXISTS (SELECT 1 FROM chunk_vectors \
            WHERE chunk_vectors.chunk_id = chunks.chunk_id AND chunk_vectors.model = $1)) \
     AND NOT EXISTS (SELECT 1 FROM jobs \
        WHERE jobs.source_id = sources.source_id AND jobs.state IN ('queued', 'running')) \
     ORDER BY sources.source_id",
);

#[derive(FromQueryResult)]
struct Lacking {
    source_id: Uuid,
    account_id: Uuid,
    chatbot_id: Uuid,
    kind: serde_json::Value,
}

impl Store {
    /// Queues a job for every source whose passages lack vectors of the model; it begins where only those are missing.
    /// Returns how many. Several processes that start at once may queue a source twice, which costs nothing: the second job
    /// finds nothing to do.
    ///
    /// # Errors
    /// When the store can't be read or written.
    pub async fn queue_embedding(
        &self,
        model: &EmbeddingModel,
        now: Timestamp,
        mut new_id: impl FnMut() -> JobId,
    ) -> Result<usize, StoreError> {
        let values = vec![model.0.as_ref().into()];
        let rows = self.reader().query_all_raw(LACKING.with(self.reader(), values)).await?;
        let mut queued = 0;
        for row in &rows {
            let job = Lacking::from_query_result(row, "")?.job(new_id(), now)?;
            match self.tenant(job.account_id).add_job(&job).await {
                Ok(()) => queued += 1,
                // It was erased just now.
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(queued)
    }
}

impl Lacking {
    fn job(self, job_id: JobId, now: Timestamp) -> Result<Job, StoreError> {
        let wrong = |_| StoreError::inconsistent("sources", "kind", &self.source_id);
        Ok(Job {
            job_id,
            account_id: AccountId::from_uuid(self.account_id),
            chatbot_id: ChatbotId::from_uuid(self.chatbot_id),
            source_id: SourceId::from_uuid(self.source_id),
            kind: serde_json::from_value(self.kind).map_err(wrong)?,
            state: JobState::Queued,
            stage: JobStage::Embedding,
            progress: Progress::default(),
            error: None,
            pages: None,
            attempts: 0,
            created_at: now,
            updated_at: now,
        })
    }
}
