//! A job, as its owners see it.

use aihio_actors::model as engine;
use aihio_actors::model::{ChatbotId, JobId, SourceId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;

/// One run over a source.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Job {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: JobId,
    /// For which chatbot.
    #[schema(value_type = uuid::Uuid)]
    chatbot_id: ChatbotId,
    /// Over which source.
    #[schema(value_type = uuid::Uuid)]
    source_id: SourceId,
    /// Where it stands.
    #[schema(value_type = schema::JobState)]
    state: engine::JobState,
    /// What it is doing, or did last.
    #[schema(value_type = schema::JobStage)]
    stage: engine::JobStage,
    /// How far it is.
    #[schema(value_type = f32, minimum = 0, maximum = 1)]
    progress: engine::Progress,
    /// How many pages it has found, read and given up, for a site.
    #[schema(value_type = Option<schema::PageCounts>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<engine::PageCounts>,
    /// Why it failed.
    #[schema(value_type = Option<schema::JobError>)]
    error: Option<engine::JobError>,
    /// How often it was begun.
    attempts: u32,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it last moved.
    updated_at: DateTime<Utc>,
}

impl From<engine::Job> for Job {
    fn from(job: engine::Job) -> Self {
        Self {
            id: job.job_id,
            chatbot_id: job.chatbot_id,
            source_id: job.source_id,
            state: job.state,
            stage: job.stage,
            progress: job.progress,
            pages: job.pages,
            error: job.error,
            attempts: job.attempts,
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}
