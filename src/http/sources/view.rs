//! A source, as its owners see it.

use aihio_actors::model::{ChatbotId, JobId, JobKind, JobState, SourceId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::SourceRecord;

/// Something that a chatbot reads.
#[derive(Serialize, ToSchema)]
pub(super) struct Source {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SourceId,
    /// The chatbot that reads it.
    #[schema(value_type = uuid::Uuid)]
    chatbot_id: ChatbotId,
    /// `file`, `url`, `site`, `sitemap`, `text` or `qa`.
    kind: &'static str,
    /// The title that citations show.
    title: String,
    /// The address, of a page, site or sitemap.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Where its latest job stands.
    #[schema(value_type = crate::http::jobs::schema::JobState)]
    state: JobState,
    /// Its latest job.
    #[schema(value_type = uuid::Uuid)]
    job_id: JobId,
    /// Bytes of text that were read.
    bytes: u64,
    /// Passages that can be found.
    chunks: u32,
    /// How often it is read again by itself, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    resync_seconds: Option<u32>,
    /// When it is read again by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_sync_at: Option<DateTime<Utc>>,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// The word for a kind of source.
pub(super) const fn kind_of(kind: &JobKind) -> &'static str {
    match kind {
        JobKind::File { .. } => "file",
        JobKind::Url { .. } => "url",
        JobKind::Site { .. } => "site",
        JobKind::Sitemap { .. } => "sitemap",
        JobKind::Text { .. } => "text",
        JobKind::Qa { .. } => "qa",
    }
}

impl From<SourceRecord> for Source {
    fn from(record: SourceRecord) -> Self {
        let kind = kind_of(&record.kind);
        let url = match record.kind {
            JobKind::Url { url } | JobKind::Site { url, .. } | JobKind::Sitemap { url, .. } => Some(url),
            JobKind::File { .. } | JobKind::Text { .. } | JobKind::Qa { .. } => None,
        };
        Self {
            id: record.source_id,
            chatbot_id: record.chatbot_id,
            kind,
            title: record.title,
            url,
            state: record.state,
            job_id: record.job_id,
            bytes: record.bytes,
            chunks: record.chunks,
            resync_seconds: record.resync_seconds,
            next_sync_at: record.next_sync_at,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}
