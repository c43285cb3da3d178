//! The words of the product: what every actor, port and adapter calls the same thing by the same name.

mod answerer;
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
mod site;
mod tools;
mod usage;
mod vector;

pub use answerer::{AnswererChoice, AnswererKind, StandIn};
pub use citation::Citation;
pub use config::{
    Behaviour, ChatbotConfig, ChatbotRecord, FollowUps, FormField, Identity, IdentityMode, MessageLimits,
    Origin, PublicConfig, Theme, Unheard,
};
pub use event::{AgentName, Event, EventBody, Message, Phase, Role, StateChange};
pub use ids::{
    AccountId, AnswerId, ApiKeyId, ChatbotId, ChunkId, ClientId, ClientIdError, ConfigVersion, DocumentId,
    Epoch, InvalidId, JobId, MessageId, NodeId, OwnerEpoch, PageId, Seq, SessionId, SocketId, SourceId,
    UploadId, UserId,
};
pub use job::{Job, JobError, JobKind, JobStage, JobState, Progress, Run};
pub use knowledge::{Chunk, ContentHash, Document, FileHash, Hit, NoFileHash, Passage, StageScores};
pub use plan::{Plan, PlanId};
pub use publication::{Notice, Publication, PublicationData};
pub use receipt::{
    FaultKind, PassedOver, Receipt, ReceiptChunk, ReceiptToolCall, StageTimes, StopReason, Tokens, ToolStatus,
};
pub use refusal::{Refusal, RefusalCode};
pub use session::{SessionMeta, Visitor};
pub use site::{FoundPage, PageCounts, PageRole, PageState, SitePage, SiteRules, StoppedBy, Validators};
pub use tools::{
    McpSource, OpenApiSource, ToolAudience, ToolHeader, ToolHeaders, ToolMethods, ToolSource, Tools,
};
pub use usage::{UsageKind, UsageRow};
pub use vector::{EmbeddingModel, Vector};

/// A moment, always UTC. Only the [`Clock`](crate::ports::Clock) port makes one.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
