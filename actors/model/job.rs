//! A run over a source: what it does, how far it is, how it ended.

use serde::{Deserialize, Serialize};

use super::{AccountId, ChatbotId, FileHash, JobId, PageCounts, SiteRules, SourceId, Timestamp};

/// One run, as people see it and as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// Whose it is.
    pub account_id: AccountId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// Over which source.
    pub source_id: SourceId,
    /// What reading means for this source.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// What it is doing, or did last.
    pub stage: JobStage,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed, in plain words.
    pub error: Option<JobError>,
    /// How many pages it has found, read and given up, for a site.
    pub pages: Option<PageCounts>,
    /// How often it was begun.
    pub attempts: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// What a job is about.
#[derive(Debug, Clone)]
pub struct Run {
    /// Whose it is.
    pub account_id: AccountId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// Over which source.
    pub source_id: SourceId,
    /// What to read.
    pub kind: JobKind,
}

impl Job {
    /// A job that waits for its turn.
    #[must_use]
    pub fn queued(job_id: JobId, run: Run, at: Timestamp) -> Self {
        Self {
            job_id,
            account_id: run.account_id,
            chatbot_id: run.chatbot_id,
            source_id: run.source_id,
            kind: run.kind,
            state: JobState::Queued,
            stage: JobStage::Fetching,
            progress: Progress::default(),
            error: None,
            pages: None,
            attempts: 0,
            created_at: at,
            updated_at: at,
        }
    }
}

/// What is read. The contents are found through the source's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobKind {
    /// An uploaded file, in the blob store under its key.
    File {
        /// The blob's key.
        blob_key: String,
        /// The name it was uploaded under.
        filename: String,
        /// The type the uploader claimed.
        content_type: String,
        /// What the uploader said that its bytes are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<FileHash>,
    },
    /// One web page.
    Url {
        /// Its address.
        url: String,
    },
    /// A site: a page, what it links to, and what its sitemaps name.
    Site {
        /// Where to begin.
        url: String,
        /// How far to go.
        rules: SiteRules,
    },
    /// The pages that a sitemap names.
    Sitemap {
        /// The sitemap's address.
        url: String,
        /// How far to go.
        rules: SiteRules,
    },
    /// Text that was typed in.
    Text {
        /// The title.
        title: String,
        /// The text.
        text: String,
    },
    /// A question with its answer.
    Qa {
        /// As visitors ask it.
        question: String,
        /// What to say.
        answer: String,
    },
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// Held by its owner.
    Paused,
    /// Done; its source can be found.
    Succeeded,
    /// Given up; `error` says why.
    Failed,
    /// Stopped by its owner.
    Cancelled,
}

impl JobState {
    /// Whether it has ended for good.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// The steps of a job, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStage {
    /// Getting the bytes.
    Fetching,
    /// Getting the text out of them.
    Extracting,
    /// Cutting the text into passages.
    Splitting,
    /// Storing the passages and publishing the chatbot's new index.
    Indexing,
    /// Asking a model for the passages' vectors, where one is configured. They are found by their words meanwhile.
    Embedding,
}

/// A share of the whole, 0 to 1; never goes back within an attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(f32);

impl Progress {
    /// All done.
    pub const WHOLE: Self = Self(1.0);

    /// Takes a share, kept within 0 to 1.
    #[must_use]
    pub const fn new(share: f32) -> Self {
        Self(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// The share.
    #[must_use]
    pub const fn share(self) -> f32 {
        self.0
    }
}

/// Why a job failed: a stable word for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    /// For programs, such as `unsupported_type`, `empty_document`, `address_refused`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}
