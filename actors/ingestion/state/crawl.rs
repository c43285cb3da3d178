//! The reading of a site as a plain value: which page when, what is tried again, when it is enough.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::model::{JobError, PageCounts, PageId, PageRole, PageState, SitePage, StoppedBy, Timestamp};
use crate::ports::{Changed, Settled};

/// How often a page is begun before it counts as what breaks whoever reads it.
const BEGINNINGS_MAX: u32 = 5;
/// How often a page that is not to be had for now is tried in one run.
const TRIES_MAX: u32 = 3;
/// Failures in a row after which the whole site counts as out of reach.
const FAILURES_IN_A_ROW_MAX: u32 = 10;
/// Pages of the first time that what was read is made to be found; each later time is when there are twice as many.
const FIRST_PUBLISHED: u32 = 16;

/// The bounds of one run over a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrawlBounds {
    /// Pages of a site that are read at once.
    pub pages_at_once: usize,
    /// How long a site is read before others have their turn.
    pub turn: Duration,
    /// The most that one run fetches, in bytes.
    pub fetched_bytes_max: u64,
    /// The longest that one run is at work.
    pub time_max: Duration,
}

/// What happens to the reading of a site.
#[derive(Debug, Clone, PartialEq)]
pub enum CrawlInput {
    /// The next pages, none when all are settled.
    Taken(Vec<SitePage>),
    /// Something came of a page.
    Settled(SitePage, Settled, Fetch),
    /// A page is not to be had for now.
    Failed(SitePage, JobError),
    /// The time before a page is tried again is over.
    Again(SitePage),
    /// The plan has no room for a page's text; the page was settled.
    NoRoom,
}

/// What a page has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetch {
    /// Bytes that came over the wire, unpacked.
    pub bytes: u64,
}

/// What the reading of a site wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum CrawlEffect {
    /// Get the next pages, at most so many.
    Take(u32),
    /// Read a page.
    Visit(SitePage),
    /// Try a page again after the delay.
    RetryAfter(SitePage, Duration),
    /// Write down that a page can't be read, and why.
    GiveUp(SitePage, JobError),
    /// Say how far it is.
    Report(PageCounts),
    /// Let what was read so far be found.
    Publish,
    /// It is over, for now or for good.
    End(CrawlEnd),
}

/// How the reading of a site is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrawlEnd {
    /// All is read that is to be read.
    Done,
    /// There was nothing to read.
    Nothing(JobError),
    /// Others have their turn.
    TurnOver,
    /// The site is out of reach for now.
    OutOfReach(JobError),
}

/// A site on its way.
#[derive(Debug)]
pub struct CrawlMachine {
    bounds: CrawlBounds,
    counts: PageCounts,
    began: Timestamp,
    seconds_before: u64,
    /// Taken and not begun.
    waiting: VecDeque<SitePage>,
    /// Begun, without an outcome yet.
    at_work: usize,
    /// Failed, to be tried again.
    resting: usize,
    tries: HashMap<PageId, u32>,
    failures_in_a_row: u32,
    supply: Supply,
    ending: Option<CrawlEnd>,
    first_error: Option<JobError>,
    publish_at: u32,
    changed: Changed,
}

/// Whether there are more pages to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supply {
    /// There may be.
    Open,
    /// They are being taken.
    Asked,
    /// There are none, unless a page that is at work leads to more.
    Dry,
}

impl CrawlMachine {
    /// A run that begins or goes on at `now`, with the counts of before.
    #[must_use]
    pub fn new(bounds: CrawlBounds, counts: PageCounts, now: Timestamp) -> Self {
        Self {
            bounds,
            counts,
            began: now,
            seconds_before: counts.seconds,
            waiting: VecDeque::new(),
            at_work: 0,
            resting: 0,
            tries: HashMap::new(),
            failures_in_a_row: 0,
            supply: Supply::Open,
            ending: None,
            first_error: None,
            publish_at: counts.read.max(FIRST_PUBLISHED),
            changed: Changed::No,
        }
    }

    /// How far it is.
    #[must_use]
    pub const fn counts(&self) -> PageCounts {
        self.counts
    }

    /// What to do first.
    pub fn begin(&mut self, now: Timestamp) -> Vec<CrawlEffect> {
        let mut effects = vec![CrawlEffect::Report(self.counts)];
        self.go_on(now, &mut effects);
        effects
    }

    /// Takes one input; says what to do, in order.
    pub fn apply(&mut self, input: CrawlInput, now: Timestamp) -> Vec<CrawlEffect> {
        let mut effects = Vec::new();
        match input {
            CrawlInput::Taken(pages) => {
                self.supply = if pages.is_empty() { Supply::Dry } else { Supply::Open };
                self.waiting.extend(pages);
            }
            CrawlInput::Settled(page, settled, fetch) => self.settle(&page, settled, fetch, &mut effects),
            CrawlInput::Failed(page, error) => self.fail(page, error, &mut effects),
            CrawlInput::Again(page) => {
                self.resting = self.resting.saturating_sub(1);
                self.waiting.push_front(page);
            }
            CrawlInput::NoRoom => self.stop(StoppedBy::StoredBytes),
        }
        self.go_on(now, &mut effects);
        effects
    }

    fn settle(&mut self, page: &SitePage, settled: Settled, fetch: Fetch, effects: &mut Vec<CrawlEffect>) {
        self.at_work = self.at_work.saturating_sub(1);
        self.tries.remove(&page.page_id);
        self.counts.fetched_bytes += fetch.bytes;
        // A sitemap may lead to sitemaps, which are not counted.
        if (settled.added > 0 || page.role == PageRole::Sitemap) && self.supply == Supply::Dry {
            self.supply = Supply::Open;
        }
        self.counts.found += settled.added;
        if settled.left_out > 0 {
            self.counts.stopped_by.get_or_insert(StoppedBy::Pages);
        }
        if settled.changed == Changed::Yes {
            self.changed = Changed::Yes;
        }
        if page.role == PageRole::Page {
            self.counts.settled += 1;
            self.counts.change(page.state, settled.state);
        }
        if matches!(settled.state, PageState::Read | PageState::Skipped) {
            self.failures_in_a_row = 0;
        }
        effects.push(CrawlEffect::Report(self.counts));
        if self.counts.read >= self.publish_at && self.changed == Changed::Yes {
            self.publish_at = self.counts.read.saturating_mul(2);
            self.changed = Changed::No;
            effects.push(CrawlEffect::Publish);
        }
    }

    fn fail(&mut self, page: SitePage, error: JobError, effects: &mut Vec<CrawlEffect>) {
        self.failures_in_a_row += 1;
        self.first_error.get_or_insert_with(|| error.clone());
        let tries = self.tries.entry(page.page_id).or_default();
        *tries += 1;
        if *tries >= TRIES_MAX {
            // Still at work: giving up is written down, and comes back as settled.
            effects.push(CrawlEffect::GiveUp(page, error.clone()));
        } else {
            self.at_work = self.at_work.saturating_sub(1);
            self.resting += 1;
            effects.push(CrawlEffect::RetryAfter(page, Duration::from_secs(1 << *tries)));
        }
        if self.failures_in_a_row >= FAILURES_IN_A_ROW_MAX {
            self.ending.get_or_insert(CrawlEnd::OutOfReach(error));
        }
    }

    /// Remembers why a page is not read, in case that nothing is.
    pub fn heard(&mut self, error: &JobError) {
        self.first_error.get_or_insert_with(|| error.clone());
    }

    fn stop(&mut self, by: StoppedBy) {
        self.counts.stopped_by = Some(by);
        self.ending.get_or_insert(CrawlEnd::Done);
    }

    fn go_on(&mut self, now: Timestamp, effects: &mut Vec<CrawlEffect>) {
        self.look_at_bounds(now);
        if matches!(self.ending, Some(CrawlEnd::Done | CrawlEnd::OutOfReach(_))) {
            self.waiting.clear();
        }
        while self.at_work < self.bounds.pages_at_once
            && let Some(page) = self.waiting.pop_front()
        {
            self.at_work += 1;
            if page.attempts > BEGINNINGS_MAX {
                effects.push(CrawlEffect::GiveUp(page, interrupted()));
            } else {
                effects.push(CrawlEffect::Visit(page));
            }
        }
        let is_idle = self.at_work == 0 && self.waiting.is_empty();
        if self.ending.is_none() && self.waiting.is_empty() && self.supply == Supply::Open {
            self.supply = Supply::Asked;
            effects.push(CrawlEffect::Take(u32::try_from(self.bounds.pages_at_once).unwrap_or(1)));
        } else if is_idle && self.supply != Supply::Asked && (self.ending.is_some() || self.resting == 0) {
            effects.push(CrawlEffect::End(self.end()));
        }
    }

    fn look_at_bounds(&mut self, now: Timestamp) {
        let worked = (now - self.began).to_std().unwrap_or_default();
        self.counts.seconds = self.seconds_before + worked.as_secs();
        if self.counts.fetched_bytes >= self.bounds.fetched_bytes_max {
            self.stop(StoppedBy::FetchedBytes);
        } else if self.counts.seconds >= self.bounds.time_max.as_secs() {
            self.stop(StoppedBy::Time);
        } else if worked >= self.bounds.turn && self.supply != Supply::Dry {
            self.ending.get_or_insert(CrawlEnd::TurnOver);
        }
    }

    fn end(&mut self) -> CrawlEnd {
        let end = self.ending.take().unwrap_or(CrawlEnd::Done);
        if end != CrawlEnd::Done || self.counts.read > 0 {
            return end;
        }
        CrawlEnd::Nothing(self.first_error.clone().unwrap_or_else(|| JobError {
            code: "nothing_to_read".into(),
            message: "No page of the site could be read. Its list of pages says why.".into(),
        }))
    }
}

fn interrupted() -> JobError {
    JobError {
        code: "interrupted".into(),
        message: "Reading this page broke off each time it was tried.".into(),
    }
}

#[cfg(test)]
mod tests;
