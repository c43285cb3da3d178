//! A site as it is read: its pages, how far to go, and how they stand.

use serde::{Deserialize, Serialize};

use super::{ContentHash, PageId, Progress};

/// How far the reading of a site goes. Patterns are those of robots.txt (RFC 9309, section 2.2.3): a beginning of the
/// path and query, `*` for anything, `$` for the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRules {
    /// Most pages that are kept.
    pub max_pages: u32,
    /// Most links between the first page and any other.
    pub depth: u32,
    /// Only what one of these matches is read; all of the site when there are none.
    #[serde(default)]
    pub include: Vec<String>,
    /// What one of these matches is not read.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// What lies at an address of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageRole {
    /// Something to read.
    Page,
    /// A list of what there is to read.
    Sitemap,
}

/// Where a page of a site stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
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

/// An address that a page or a sitemap names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPage {
    /// The address, written in the one way that this site's addresses are.
    pub url: String,
    /// What is expected there.
    pub role: PageRole,
    /// Links between the first page and this one.
    pub depth: u32,
}

/// What a site gave along with a page, by which it knows whether the page has changed (RFC 9110, section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The entity tag.
    pub etag: Option<String>,
    /// When the site says that it changed last, in its own words.
    pub last_modified: Option<String>,
}

/// A page whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitePage {
    /// Its id.
    pub page_id: PageId,
    /// Its address.
    pub url: String,
    /// What is expected there.
    pub role: PageRole,
    /// Links between the first page and this one.
    pub depth: u32,
    /// Where it stood before.
    pub state: PageState,
    /// How often it was begun since something came of it, this time included.
    pub attempts: u32,
    /// Runs in a row in which it was not there.
    pub misses: u32,
    /// The hash of its text in use, if it has one.
    pub known: Option<ContentHash>,
    /// Bytes of that text.
    pub bytes: u64,
    /// What the site gave along with that text.
    pub validators: Validators,
}

/// How many pages a run has come across. Sitemaps don't count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCounts {
    /// Pages that are known.
    pub found: u32,
    /// Pages of those that this run is done with, whatever came of them.
    pub settled: u32,
    /// Pages whose text can be found.
    pub read: u32,
    /// Pages that could not be read lately, with a text of before or without one.
    pub failed: u32,
    /// Pages that are not for reading.
    pub skipped: u32,
    /// Bytes that this run has fetched.
    pub fetched_bytes: u64,
    /// Seconds that this run was at work.
    pub seconds: u64,
    /// What kept the run from reading all that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StoppedBy>,
}

impl PageCounts {
    /// How far a run is, as a share of the pages that are known so far.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let [settled, found] = [self.settled, self.found].map(f64::from);
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
        Progress::new(if found > 0.0 { (settled / found) as f32 } else { 0.0 })
    }

    /// A page goes from one state to another.
    pub fn change(&mut self, from: PageState, to: PageState) {
        for (count, states) in [
            (&mut self.read, &[PageState::Read, PageState::Stale][..]),
            (&mut self.failed, &[PageState::Failed, PageState::Stale, PageState::Gone]),
            (&mut self.skipped, &[PageState::Skipped]),
        ] {
            *count =
                count.saturating_sub(u32::from(states.contains(&from))) + u32::from(states.contains(&to));
        }
        if to == PageState::Excluded {
            self.found = self.found.saturating_sub(1);
        }
    }
}

/// What keeps a run from reading all of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoppedBy {
    /// There are more pages than may be read.
    Pages,
    /// There is more than may be fetched.
    FetchedBytes,
    /// It takes longer than it may.
    Time,
    /// The plan allows no more text.
    StoredBytes,
}
