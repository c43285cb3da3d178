//! A job, as its owners see it.

use aihio_actors::model as engine;
use aihio_actors::model::{ChatbotId, JobId, SourceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// One run over a source.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Job {
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
    #[schema(value_type = JobStateSchema)]
    state: engine::JobState,
    /// What it is doing, or did last.
    #[schema(value_type = JobStageSchema)]
    stage: engine::JobStage,
    /// How far it is.
    #[schema(value_type = f32, minimum = 0, maximum = 1)]
    progress: engine::Progress,
    /// Why it failed.
    #[schema(value_type = Option<JobErrorSchema>)]
    error: Option<engine::JobError>,
    /// How often it was begun.
    attempts: u32,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it last moved.
    updated_at: Timestamp,
}

/// Where a job stands.
#[derive(ToSchema)]
#[schema(as = JobState, rename_all = "snake_case")]
pub enum JobStateSchema {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// Held.
    Paused,
    /// Done; the source can be found.
    Succeeded,
    /// Given up.
    Failed,
    /// Stopped by its owner.
    Cancelled,
}

/// The steps of a job, in order.
#[derive(ToSchema)]
#[schema(as = JobStage, rename_all = "snake_case")]
pub enum JobStageSchema {
    /// Getting the bytes.
    Fetching,
    /// Getting the text out of them.
    Extracting,
    /// Cutting the text into passages.
    Splitting,
    /// Making the passages found.
    Indexing,
}

/// Why a job failed.
#[derive(ToSchema)]
#[schema(as = JobError)]
pub struct JobErrorSchema {
    /// For programs.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
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
            error: job.error,
            attempts: job.attempts,
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}
