//! The words of the product: what every actor, port and adapter calls the same thing by the same name.

mod citation;
mod config;
mod event;
mod ids;
mod job;
mod knowledge;
mod plan;
mod publication;
mod receipt;
mod refusal;
mod session;
mod usage;
mod vector;

pub use citation::Citation;
pub use config::{
    AnswererChoice, AnswererKind, Behaviour, ChatbotConfig, ChatbotRecord, FormField, Identity, IdentityMode,
    MessageLimits, Origin, PublicConfig, Theme,
};
pub use event::{AgentName, Event, EventBody, Message, Phase, Role, StateChange};
pub use ids::{
    AccountId, AnswerId, ApiKeyId, ChatbotId, ChunkId, ClientId, ClientIdError, ConfigVersion, DocumentId,
    Epoch, InvalidId, JobId, MessageId, NodeId, OwnerEpoch, Seq, SessionId, SocketId, SourceId, UploadId,
    UserId,
};
pub use job::{Job, JobError, JobKind, JobStage, JobState, Progress};
pub use knowledge::{Chunk, ContentHash, Document, FileHash, Hit, NoFileHash, Passage, StageScores};
pub use plan::{Plan, PlanId};
pub use publication::{Notice, Publication, PublicationData};
pub use receipt::{Receipt, ReceiptChunk, StageTimes, Tokens};
pub use refusal::{Refusal, RefusalCode};
pub use session::{SessionMeta, Visitor};
pub use usage::{UsageKind, UsageRow};
pub use vector::{EmbeddingModel, Vector};

/// A moment, always UTC. Only the [`Clock`](crate::ports::Clock) port makes one.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
