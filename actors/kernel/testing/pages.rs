//! Pages of sites in memory, with the rules of a real store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use super::Switch;
use crate::model::{
    FoundPage, Job, JobError, JobId, PageCounts, PageId, PageRole, PageState, SitePage, SourceId, Validators,
};
use crate::ports::{
    Changed, PageOutcome, PageText, Pages, PortError, Reading, Settled, Settling, SiteRun, Taking,
};

/// The most sitemaps of a site.
const SITEMAPS_MAX: usize = 100;

/// A page as it is kept.
#[derive(Debug, Clone)]
pub struct KeptPage {
    /// What the engine knows of it.
    pub page: SitePage,
    /// Why it is not read.
    pub error: Option<JobError>,
    /// Its text.
    pub reading: Option<Reading>,
    round: u32,
    taken_by: Option<Uuid>,
    identity: Option<String>,
}

#[derive(Debug, Default)]
struct Tables {
    pages: BTreeMap<(SourceId, PageId), KeptPage>,
    runs: BTreeMap<SourceId, (JobId, u32)>,
}

/// The pages of a test's sites.
pub struct MemoryPages {
    /// Whether they can be read and written.
    pub switch: Switch,
    tables: Mutex<Tables>,
}

impl MemoryPages {
    /// No pages.
    #[must_use]
    pub fn new() -> Self {
        Self { switch: Switch::working("pages"), tables: Mutex::default() }
    }

    /// The page at an address.
    #[must_use]
    pub fn at(&self, url: &str) -> Option<KeptPage> {
        self.tables().pages.values().find(|kept| kept.page.url == url).cloned()
    }

    /// Addresses and states of all pages, sitemaps aside, in the order of their addresses.
    #[must_use]
    pub fn states(&self) -> Vec<(String, PageState)> {
        let tables = self.tables();
        let pages = tables.pages.values().filter(|kept| kept.page.role == PageRole::Page);
        let mut states: Vec<_> = pages.map(|kept| (kept.page.url.clone(), kept.page.state)).collect();
        states.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        states
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryPages {
    fn default() -> Self {
        Self::new()
    }
}

impl Tables {
    /// Adds what is new; says how many pages were, and how many had no room.
    fn add(&mut self, source: SourceId, found: &[(PageId, FoundPage)], pages_max: u32) -> (u32, u32) {
        let (mut added, mut left_out) = (0, 0);
        for (page_id, found) in found {
            if self.of(source).any(|kept| kept.page.url == found.url) {
                continue;
            }
            let held = self.of(source).filter(|kept| kept.page.role == found.role).count();
            let is_page = found.role == PageRole::Page;
            let max = if is_page { usize::try_from(pages_max).unwrap_or(usize::MAX) } else { SITEMAPS_MAX };
            if held >= max {
                left_out += u32::from(is_page);
                continue;
            }
            added += u32::from(is_page);
            self.pages.insert((source, *page_id), kept(*page_id, found));
        }
        (added, left_out)
    }

    fn of(&self, source: SourceId) -> impl Iterator<Item = &KeptPage> {
        self.pages.iter().filter(move |((of, _), _)| *of == source).map(|(_, kept)| kept)
    }

    fn counts(&self, source: SourceId, round: u32) -> PageCounts {
        let mut counts = PageCounts::default();
        for kept in self.of(source).filter(|kept| kept.page.role == PageRole::Page) {
            counts.found += 1;
            counts.settled += u32::from(kept.round == round);
            counts.change(PageState::Waiting, kept.page.state);
        }
        counts
    }
}

fn kept(page_id: PageId, found: &FoundPage) -> KeptPage {
    let page = SitePage {
        page_id,
        url: found.url.clone(),
        role: found.role,
        depth: found.depth,
        state: PageState::Waiting,
        attempts: 0,
        misses: 0,
        known: None,
        bytes: 0,
        validators: Validators::default(),
    };
    KeptPage { page, error: None, reading: None, round: 0, taken_by: None, identity: None }
}

impl KeptPage {
    fn settle(&mut self, outcome: PageOutcome) -> Changed {
        let had_text = self.page.known.is_some();
        self.error = None;
        let (state, misses) = match outcome {
            PageOutcome::Read(text) => {
                self.take_over(*text);
                (PageState::Read, 0)
            }
            PageOutcome::Unchanged(validators) => {
                self.page.validators = validators.unwrap_or_else(|| self.page.validators.clone());
                (PageState::Read, 0)
            }
            PageOutcome::Listed(validators) => {
                self.page.validators = validators;
                (PageState::Read, 0)
            }
            PageOutcome::Unread { state, error, misses } => {
                self.error = Some(error);
                if state != PageState::Stale {
                    (self.page.known, self.reading, self.identity) = (None, None, None);
                    self.page.validators = Validators::default();
                }
                self.page.state = state;
                self.page.misses = misses;
                let lost = had_text && state != PageState::Stale;
                return if lost { Changed::Yes } else { Changed::No };
            }
        };
        let is_new = self.page.state == PageState::Waiting || !had_text;
        (self.page.state, self.page.misses) = (state, misses);
        if is_new { Changed::Yes } else { Changed::No }
    }

    fn take_over(&mut self, text: PageText) {
        self.page.known = Some(text.reading.document.content_hash);
        self.page.bytes = text.reading.document.text.len() as u64;
        self.page.validators = text.validators;
        self.identity = Some(text.identity);
        self.reading = Some(text.reading);
    }
}

fn is_twin(kept: &KeptPage, text: &PageText) -> bool {
    kept.reading.is_some()
        && (kept.identity.as_ref() == Some(&text.identity)
            || kept.page.known == Some(text.reading.document.content_hash))
}

#[async_trait]
impl Pages for MemoryPages {
    async fn begin(&self, job: &Job, first: &[(PageId, FoundPage)]) -> Result<SiteRun, PortError> {
        self.switch.pass().await?;
        let mut tables = self.tables();
        let (of, round) = tables.runs.get(&job.source_id).copied().unwrap_or((job.job_id, 0));
        let round = if of == job.job_id && round > 0 { round } else { round + 1 };
        tables.runs.insert(job.source_id, (job.job_id, round));
        tables.add(job.source_id, first, u32::MAX);
        Ok(SiteRun { round, counts: tables.counts(job.source_id, round), account_bytes: 0 })
    }

    async fn take(&self, taking: &Taking) -> Result<Vec<SitePage>, PortError> {
        self.switch.pass().await?;
        let mut tables = self.tables();
        let mut free: Vec<&mut KeptPage> = tables
            .pages
            .iter_mut()
            .filter(|((of, _), kept)| *of == taking.source_id && kept.round < taking.round)
            .map(|(_, kept)| kept)
            .filter(|kept| kept.taken_by != Some(taking.life) && kept.page.state != PageState::Excluded)
            .collect();
        free.sort_by_key(|kept| (kept.round, kept.page.depth, kept.page.page_id));
        let taken = free.into_iter().take(usize::try_from(taking.limit).unwrap_or(usize::MAX)).map(|kept| {
            kept.taken_by = Some(taking.life);
            kept.page.attempts += 1;
            kept.page.clone()
        });
        Ok(taken.collect())
    }

    async fn settle(&self, mut settling: Settling) -> Result<Settled, PortError> {
        self.switch.pass().await?;
        let mut tables = self.tables();
        if let PageOutcome::Read(text) = &settling.outcome
            && tables
                .of(settling.source_id)
                .any(|kept| kept.page.page_id != settling.page_id && is_twin(kept, text))
        {
            let error =
                JobError { code: "duplicate".into(), message: "The same text is at another address.".into() };
            settling.outcome = PageOutcome::Unread { state: PageState::Skipped, error, misses: 0 };
        }
        let key = (settling.source_id, settling.page_id);
        let Some(kept) = tables.pages.get_mut(&key) else {
            return Err(PortError::permanent("pages", "no such page"));
        };
        let bytes = |kept: &KeptPage| kept.reading.as_ref().map_or(0, |reading| reading.document.text.len());
        let before = bytes(kept);
        let changed = kept.settle(settling.outcome);
        (kept.round, kept.page.attempts) = (settling.round, 0);
        let growth = i64::try_from(bytes(kept)).unwrap_or(0) - i64::try_from(before).unwrap_or(0);
        let state = kept.page.state;
        let (added, left_out) = tables.add(settling.source_id, &settling.found, settling.pages_max);
        Ok(Settled { state, added, left_out, growth_bytes: growth, changed })
    }
}
