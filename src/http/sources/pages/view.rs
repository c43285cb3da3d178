//! A page of a site, as its owners see it.

use aihio_actors::model as engine;
use aihio_actors::model::PageId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::jobs::schema::JobError;
use crate::store::PageRecord;

/// Where a page stands.
#[expect(dead_code, reason = "this type is described to clients and never made")]
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum PageState {
    /// Found, and not read yet.
    Waiting,
    /// Its text can be found.
    Read,
    /// It could not be read lately; the text of last time can be found.
    Stale,
    /// It could not be read.
    Failed,
    /// Not for reading: forbidden, without text, the same as another.
    Skipped,
    /// No longer there; its text is gone too.
    Gone,
    /// The owner has taken it out.
    Excluded,
}

/// A page of a site.
#[derive(Serialize, ToSchema)]
pub(super) struct SitePage {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: PageId,
    /// Its address.
    url: String,
    /// Its title, once it was read.
    title: Option<String>,
    /// Where it stands.
    #[schema(value_type = PageState)]
    state: engine::PageState,
    /// Why it is not read.
    #[schema(value_type = Option<JobError>)]
    error: Option<engine::JobError>,
    /// Links between the first page and this one.
    depth: u32,
    /// Bytes of text in use.
    bytes: u64,
    /// Passages that can be found.
    chunks: u32,
    /// When it was found.
    found_at: DateTime<Utc>,
    /// When a run was done with it last.
    settled_at: Option<DateTime<Utc>>,
}

impl From<PageRecord> for SitePage {
    fn from(record: PageRecord) -> Self {
        Self {
            id: record.page_id,
            url: record.url,
            title: record.title,
            state: record.state,
            error: record.error,
            depth: record.depth,
            bytes: record.bytes,
            chunks: record.chunks,
            found_at: record.found_at,
            settled_at: record.settled_at,
        }
    }
}
