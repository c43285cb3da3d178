//! What the engine needs from the world, as traits. Not an actor: the service supplies these, tests script them.

mod answerer;
mod blobs;
mod catalog;
mod clock;
mod cluster;
mod crawler;
mod dice;
mod embedder;
mod error;
mod extractor;
mod jobs;
mod journal;
mod knowledge;
mod ledger;
mod pages;
mod recordings;
mod snapshots;
mod tools;
mod vector_store;

pub use answerer::{AnswerEnd, AnswerFault, AnswerRequest, Answerer, Piece, PieceStream, Providers, Turn};
pub use blobs::{BlobKey, Blobs};
pub use catalog::Catalog;
pub use clock::Clock;
pub use cluster::{Arrival, Claim, Cluster, Pulse, Reach};
pub use crawler::{CrawlRefusal, Crawler, Fetched, Indexing, Page};
pub use dice::Dice;
pub use embedder::{EmbedFault, Embedder, Reranker, TextRole};
pub use error::{Fault, PortError};
pub use extractor::{ExtractError, Extracted, Extractor, Following, Outline, Raw, WebPage};
pub use jobs::{DueSource, Jobs, JobsClaimed};
pub use journal::{
    Feedback, Journal, Lead, Opened, Outcome, Rating, Record, RecordBody, Standing, Waking, Woken,
};
pub use knowledge::{Knowledge, Reading, Replaced};
pub use ledger::{
    LeaseClaim, LeaseGrant, Ledger, Others, PeriodUsage, Recall, Renewed, Tally, WantedElsewhere,
};
pub use pages::{Changed, PageOutcome, PageText, Pages, Settled, Settling, SiteRun, Taking};
pub use recordings::{RecordedStep, Recordings, RecordingsFull};
pub use snapshots::{Snapshot, SnapshotKey, Snapshots};
pub use tools::{
    MayCall, NoTools, ToolCall, ToolDefinition, ToolOutput, ToolRound, ToolUse, Toolbox, Toolboxes,
};
pub use vector_store::{Bare, Embedding, Retrieval, Unembedded, VectorStore};

use std::sync::Arc;

/// Everything the engine is given at start.
#[derive(Clone)]
pub struct Ports {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub dice: Arc<dyn Dice>,
    /// Sessions' histories.
    pub journal: Arc<dyn Journal>,
    /// What actors remember between lives.
    pub snapshots: Arc<dyn Snapshots>,
    /// Chatbots and their configurations.
    pub catalog: Arc<dyn Catalog>,
    /// What chatbots have read.
    pub knowledge: Arc<dyn Knowledge>,
    /// The pages of sites.
    pub pages: Arc<dyn Pages>,
    /// Ingestion jobs.
    pub jobs: Arc<dyn Jobs>,
    /// Plans and usage.
    pub ledger: Arc<dyn Ledger>,
    /// Uploaded bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Bytes to text.
    pub extractor: Arc<dyn Extractor>,
    /// Pages of the web.
    pub crawler: Arc<dyn Crawler>,
    /// Models.
    pub providers: Arc<dyn Providers>,
    /// What models may call.
    pub tools: Arc<dyn Toolboxes>,
    /// What finds passages beside their words.
    pub retrieval: Retrieval,
    /// The processes that share the conversations; none where this one is alone.
    pub cluster: Option<Arc<dyn Cluster>>,
    /// Sessions' lives step by step; none where they are not recorded.
    pub recordings: Option<Arc<dyn Recordings>>,
}
