//! The pages of sites: which there are, which is next, what came of each.

use async_trait::async_trait;
use uuid::Uuid;

use super::{PortError, Reading};
use crate::model::{
    FoundPage, Job, JobError, PageCounts, PageId, PageState, SitePage, SourceId, Timestamp, Validators,
};

/// A run over a site, as the store knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteRun {
    /// Its number among the runs over this source, from 1.
    pub round: u32,
    /// How the pages stand; what was fetched and how long it took is the job's to know.
    pub counts: PageCounts,
    /// Bytes of text that the account has stored, over all sources.
    pub account_bytes: u64,
}

/// Which pages are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    /// Of which source.
    pub source_id: SourceId,
    /// For which run.
    pub round: u32,
    /// Who takes them: a page that it has in hand is not given to it again.
    pub life: Uuid,
    /// At most so many.
    pub limit: u32,
}

/// What came of a page, and what it leads to.
#[derive(Debug, Clone)]
pub struct Settling {
    /// Of which source.
    pub source_id: SourceId,
    /// In which run.
    pub round: u32,
    /// Which page.
    pub page_id: PageId,
    /// What came of it.
    pub outcome: PageOutcome,
    /// What it leads to, in order, each under the id that it has if it is new.
    pub found: Vec<(PageId, FoundPage)>,
    /// Most pages that the source may have.
    pub pages_max: u32,
    /// When.
    pub at: Timestamp,
}

/// What came of a page.
#[derive(Debug, Clone)]
pub enum PageOutcome {
    /// It has a text.
    Read(Box<PageText>),
    /// It has not changed since it was read; what the site gave along may have.
    Unchanged(Option<Validators>),
    /// It is a sitemap and was read.
    Listed(Validators),
    /// It is not read: its state says what becomes of the text that it had.
    Unread {
        /// [`PageState::Stale`] keeps the text, all others drop it.
        state: PageState,
        /// Why.
        error: JobError,
        /// Runs in a row in which it was not there.
        misses: u32,
    },
}

/// The text of a page.
#[derive(Debug, Clone)]
pub struct PageText {
    /// The text with its passages.
    pub reading: Reading,
    /// The address that the page goes by; of several pages with the same one, the first is kept.
    pub identity: String,
    /// What the site gave along.
    pub validators: Validators,
}

/// What the store made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The page's state.
    pub state: PageState,
    /// Pages that were new.
    pub added: u32,
    /// Pages that were new and for which there was no room.
    pub left_out: u32,
    /// By how many bytes the stored text has grown.
    pub growth_bytes: i64,
    /// Whether other passages can be found than before.
    pub changed: Changed,
}

/// Whether other passages can be found than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// They can.
    Yes,
    /// All is as it was.
    No,
}

/// Where the pages of sites are kept. What came of a page is one transaction: after a crash a page is either settled,
/// with its passages and all it leads to, or not begun.
#[async_trait]
pub trait Pages: Send + Sync {
    /// Begins a run over a source, or goes on with it, and makes sure that the pages to begin with are known. Doing it
    /// again for the same job changes nothing.
    ///
    /// # Errors
    /// When the store can't be written, or the source is gone.
    async fn begin(&self, job: &Job, first: &[(PageId, FoundPage)]) -> Result<SiteRun, PortError>;

    /// Takes pages that are not settled in this run: new ones first, those near the first page before others. Each
    /// counts an attempt.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn take(&self, taking: &Taking) -> Result<Vec<SitePage>, PortError>;

    /// Writes down what came of a page: its text replaces the one before, pages that it leads to are added.
    ///
    /// # Errors
    /// When the store can't be written, or the source is gone.
    async fn settle(&self, settling: Settling) -> Result<Settled, PortError>;
}
