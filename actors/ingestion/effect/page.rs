//! One page or sitemap of a site: fetched, read, cut and settled, or a reason why not.

use std::sync::Arc;

use uuid::Uuid;

use super::{at_the_store, reading};
use crate::ingestion::state::{Fetch, Scope, Text, spelled};
use crate::model::{DocumentId, FoundPage, Job, JobError, PageId, PageRole, PageState, SitePage, Validators};
use crate::ports::{
    CrawlRefusal, ExtractError, Fetched, Following, Indexing, Page, PageOutcome, PageText, PortError, Ports,
    Settled, Settling, WebPage,
};

/// Sitemaps within sitemaps that are followed.
const SITEMAP_NESTING_MAX: u32 = 2;
/// Runs in a row in which a page must be missing before its text goes: sites lose pages for an hour, too.
const MISSES_MAX: u32 = 2;

/// What all pages of one run have in common.
pub(super) struct Run {
    pub(super) ports: Ports,
    pub(super) job: Job,
    pub(super) scope: Scope,
    pub(super) round: u32,
    /// Who takes pages: each beginning of a run is a life of its own.
    pub(super) life: Uuid,
    pub(super) pages_max: u32,
    /// The depth of pages that a sitemap names.
    pub(super) listed_depth: u32,
}

/// What came of a visit.
pub(super) enum Visited {
    /// It is written down.
    Settled(Box<Outcome>),
    /// It is not to be had for now.
    Failed(SitePage, JobError),
    /// The store is not to be had.
    Broken(PortError),
}

/// A page that was written down.
pub(super) struct Outcome {
    pub(super) page: SitePage,
    pub(super) settled: Settled,
    pub(super) fetch: Fetch,
    /// Why it is not read.
    pub(super) error: Option<JobError>,
}

/// What was found at an address.
struct Finding {
    outcome: PageOutcome,
    found: Vec<FoundPage>,
    fetch: Fetch,
}

impl From<PageOutcome> for Finding {
    fn from(outcome: PageOutcome) -> Self {
        Self { outcome, found: Vec::new(), fetch: Fetch::default() }
    }
}

/// The code of a page whose text the plan has no room for.
pub(super) const NO_ROOM: &str = "plan_limit";

/// Reads a page and writes down what came of it. Of its text at most `room_bytes` are new.
pub(super) async fn visit(run: Arc<Run>, page: SitePage, room_bytes: Option<i64>) -> Visited {
    let fetched = match run.ports.crawler.fetch(&page.url, &page.validators).await {
        Ok(fetched) => fetched,
        Err(refusal) if refusal.is_temporary() => return Visited::Failed(page, crawl_error(&refusal)),
        Err(refusal) => {
            let fetch = Fetch { bytes: wasted_bytes(&refusal) };
            let finding = Finding { fetch, ..unreadable(&page, &refusal).into() };
            return settle(&run, finding, page).await;
        }
    };
    let finding = match (fetched, page.role) {
        (Fetched::Unchanged, _) => PageOutcome::Unchanged(None).into(),
        (Fetched::Page(fetched), PageRole::Sitemap) => read_sitemap(&run, &page, fetched).await,
        (Fetched::Page(fetched), PageRole::Page) => match read_page(&run, &page, fetched).await {
            Ok(finding) => within(room_bytes, &page, finding),
            Err(error) => return Visited::Failed(page, error),
        },
    };
    settle(&run, finding, page).await
}

/// Writes down that a page can't be read.
pub(super) async fn give_up(run: Arc<Run>, page: SitePage, error: JobError) -> Visited {
    let outcome = broken(&page, error);
    settle(&run, outcome.into(), page).await
}

async fn settle(run: &Run, finding: Finding, page: SitePage) -> Visited {
    let (clock, dice) = (&run.ports.clock, &run.ports.dice);
    let at = clock.now();
    let error = match &finding.outcome {
        PageOutcome::Unread { error, .. } => Some(error.clone()),
        _ => None,
    };
    let found = finding.found.into_iter().map(|found| (PageId::from_uuid(dice.id(at)), found)).collect();
    let settling = Settling {
        source_id: run.job.source_id,
        round: run.round,
        page_id: page.page_id,
        outcome: finding.outcome,
        found,
        pages_max: run.pages_max,
        at,
    };
    let pages = Arc::clone(&run.ports.pages);
    match at_the_store("pages", async move { pages.settle(settling).await }).await {
        Ok(settled) => Visited::Settled(Box::new(Outcome { page, settled, fetch: finding.fetch, error })),
        Err(fault) => Visited::Broken(fault),
    }
}

async fn read_sitemap(run: &Run, page: &SitePage, fetched: Page) -> Finding {
    let fetch = Fetch { bytes: fetched.raw.bytes.len() as u64 };
    let (at, validators) = (fetched.url, fetched.validators);
    match run.ports.extractor.sitemap(fetched.raw).await {
        Ok(outline) => {
            let pages = run.scope.pages(&at, &outline).into_iter().map(|url| FoundPage {
                url,
                role: PageRole::Page,
                depth: run.listed_depth,
            });
            let nested =
                if page.depth < SITEMAP_NESTING_MAX { run.scope.sitemaps(&at, &outline) } else { Vec::new() };
            let nested = nested.into_iter().map(|url| FoundPage {
                url,
                role: PageRole::Sitemap,
                depth: page.depth + 1,
            });
            Finding { outcome: PageOutcome::Listed(validators), found: pages.chain(nested).collect(), fetch }
        }
        Err(error) => Finding { fetch, ..broken(page, extract_error(&error)).into() },
    }
}

async fn read_page(run: &Run, page: &SitePage, fetched: Page) -> Result<Finding, JobError> {
    let fetch = Fetch { bytes: fetched.raw.bytes.len() as u64 };
    let at = spelled(&fetched.url).unwrap_or_else(|| fetched.url.clone());
    if !url::Url::parse(&at).is_ok_and(|url| run.scope.holds(&url)) {
        return Ok(Finding { fetch, ..skipped("elsewhere", "The page leads to another site.").into() });
    }
    let filename = fetched.raw.filename.clone();
    let read = match run.ports.extractor.page(fetched.raw).await {
        Ok(read) => read,
        Err(error) => return Ok(Finding { fetch, ..unreadable_text(page, &error).into() }),
    };
    let found = links(run, page, &at, &read);
    let outcome = if fetched.indexing == Indexing::Forbidden || read.outline.indexing == Indexing::Forbidden {
        skipped("noindex", "The page asks not to be found.")
    } else if read.text.trim().is_empty() {
        unreadable_text(page, &ExtractError::Empty)
    } else {
        let identity = run.scope.identity(&at, &read.outline);
        let title = read.title.unwrap_or(if filename.is_empty() { at } else { filename });
        let text = Text { title, url: Some(identity.clone()), text: read.text };
        cut(run, page, (text, identity, fetched.validators)).await?
    };
    Ok(Finding { outcome, found, fetch })
}

fn links(run: &Run, page: &SitePage, at: &str, read: &WebPage) -> Vec<FoundPage> {
    if read.outline.following == Following::Forbidden || page.depth >= run.scope.rules().depth {
        return Vec::new();
    }
    let pages = run.scope.pages(at, &read.outline).into_iter();
    pages.map(|url| FoundPage { url, role: PageRole::Page, depth: page.depth + 1 }).collect()
}

/// The text with its passages, unless it is what is known already.
async fn cut(
    run: &Run,
    page: &SitePage,
    (text, identity, validators): (Text, String, Validators),
) -> Result<PageOutcome, JobError> {
    let now = run.ports.clock.now();
    let document_id = DocumentId::from_uuid(run.ports.dice.id(now));
    let job = run.job.clone();
    let known = page.known;
    let cut = tokio::task::spawn_blocking(move || reading(&job, document_id, text, now)).await;
    let reading = cut.map_err(|panic| {
        tracing::error!(error = ?panic, "a page could not be split");
        JobError { code: "interrupted".into(), message: "Splitting this page broke off.".into() }
    })?;
    if known == Some(reading.document.content_hash) {
        return Ok(PageOutcome::Unchanged(Some(validators)));
    }
    Ok(PageOutcome::Read(Box::new(PageText { reading, identity, validators })))
}

/// A text for which the plan has no room stays outside.
fn within(room_bytes: Option<i64>, page: &SitePage, finding: Finding) -> Finding {
    let PageOutcome::Read(text) = &finding.outcome else { return finding };
    let length = i64::try_from(text.reading.document.text.len()).unwrap_or(i64::MAX);
    let growth = length - i64::try_from(page.bytes).unwrap_or(0);
    if room_bytes.is_none_or(|room| growth <= room) {
        return finding;
    }
    let message = "The plan has no room for the text of this page. Remove sources, or take a larger plan.";
    Finding { outcome: broken(page, JobError { code: NO_ROOM.into(), message: message.into() }), ..finding }
}

fn skipped(code: &str, message: &str) -> PageOutcome {
    let error = JobError { code: code.into(), message: message.into() };
    PageOutcome::Unread { state: PageState::Skipped, error, misses: 0 }
}

/// The last good text stays, where there is one.
fn broken(page: &SitePage, error: JobError) -> PageOutcome {
    let state = if page.known.is_some() { PageState::Stale } else { PageState::Failed };
    PageOutcome::Unread { state, error, misses: page.misses }
}

/// What was fetched before a page turned out to be too large counts, too.
const fn wasted_bytes(refusal: &CrawlRefusal) -> u64 {
    match refusal {
        CrawlRefusal::TooLarge(bytes_max) => *bytes_max,
        _ => 0,
    }
}

fn unreadable(page: &SitePage, refusal: &CrawlRefusal) -> PageOutcome {
    let error = crawl_error(refusal);
    match refusal {
        CrawlRefusal::RobotsForbidden => PageOutcome::Unread { state: PageState::Skipped, error, misses: 0 },
        CrawlRefusal::Status(404 | 410) if page.known.is_some() => {
            let misses = page.misses + 1;
            let state = if misses < MISSES_MAX { PageState::Stale } else { PageState::Gone };
            PageOutcome::Unread { state, error, misses }
        }
        CrawlRefusal::Status(404 | 410) if page.state == PageState::Gone => {
            PageOutcome::Unread { state: PageState::Gone, error, misses: page.misses }
        }
        _ => broken(page, error),
    }
}

fn unreadable_text(page: &SitePage, refusal: &ExtractError) -> PageOutcome {
    let error = extract_error(refusal);
    let has_no_text = matches!(refusal, ExtractError::Empty | ExtractError::UnsupportedType(_));
    if has_no_text && page.known.is_none() {
        return PageOutcome::Unread { state: PageState::Skipped, error, misses: 0 };
    }
    broken(page, error)
}

fn crawl_error(refusal: &CrawlRefusal) -> JobError {
    JobError { code: refusal.code().into(), message: refusal.to_string() }
}

fn extract_error(error: &ExtractError) -> JobError {
    JobError { code: error.code().into(), message: error.to_string() }
}
