//! How a job reads a site: it begins or goes on with the run, and passes what happens to its machine.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};

use super::page::{NO_ROOM, Outcome, Run, Visited, give_up, visit};
use super::{at_the_store, for_now};
use crate::ingestion::IngestionJob;
use crate::ingestion::state::{
    CrawlBounds, CrawlEffect, CrawlInput, CrawlMachine, Input, Scope, StepFailure, spelled,
};
use crate::model::{FoundPage, Job, JobError, JobKind, PageCounts, PageId, PageRole, SitePage, SiteRules};
use crate::ports::{Fault, PortError, Ports, SiteRun, Taking};

/// Where a site's sitemap lies if its robots.txt says nothing.
const SITEMAP: &str = "/sitemap.xml";

/// A site that is being read.
pub(in crate::ingestion) struct Crawl {
    machine: CrawlMachine,
    run: Arc<Run>,
    /// Bytes of text that the plan still has room for.
    room_bytes: Option<i64>,
}

impl IngestionJob {
    pub(super) fn read_site(&self, kind: &JobKind, ctx: &mut Context<Self>) {
        let (ports, job) = (self.context.ports.clone(), self.machine.job().clone());
        let beginning = match kind {
            JobKind::Site { url, rules } => {
                Beginning { url: url.clone(), rules: rules.clone(), role: PageRole::Page }
            }
            JobKind::Sitemap { url, rules } => {
                Beginning { url: url.clone(), rules: rules.clone(), role: PageRole::Sitemap }
            }
            JobKind::File { .. } | JobKind::Url { .. } | JobKind::Text { .. } | JobKind::Qa { .. } => return,
        };
        let begin = async move { beginning.begin(ports, job).await };
        ctx.spawn(begin.into_actor(self).map(|begun, job, ctx| match begun {
            Ok(begun) => job.begin_crawl(begun, ctx),
            Err(failure) => job.apply(Input::Failed(failure), ctx),
        }));
    }

    fn begin_crawl(&mut self, (run, known, room_bytes): Begun, ctx: &mut Context<Self>) {
        let limits = &self.context.limits;
        let bounds = CrawlBounds {
            pages_at_once: limits.crawl_pages_at_once,
            turn: limits.crawl_turn,
            fetched_bytes_max: limits.crawl_fetched_bytes_max,
            time_max: limits.crawl_time_max,
        };
        let now = self.context.ports.clock.now();
        let mut machine = CrawlMachine::new(bounds, known, now);
        let effects = machine.begin(now);
        self.crawl = Some(Crawl { machine, run: Arc::new(run), room_bytes });
        self.enact_crawl(effects, ctx);
    }

    fn crawled(&mut self, input: CrawlInput, ctx: &mut Context<Self>) {
        let now = self.context.ports.clock.now();
        let Some(crawl) = &mut self.crawl else { return };
        let effects = crawl.machine.apply(input, now);
        self.enact_crawl(effects, ctx);
    }

    fn enact_crawl(&mut self, effects: Vec<CrawlEffect>, ctx: &mut Context<Self>) {
        for effect in effects {
            let Some(crawl) = &self.crawl else { return };
            let run = Arc::clone(&crawl.run);
            match effect {
                CrawlEffect::Take(limit) => self.take_pages(run, limit, ctx),
                CrawlEffect::Visit(page) => {
                    let visit = visit(Arc::clone(&run), page, crawl.room_bytes);
                    self.follow(run, visit, ctx);
                }
                CrawlEffect::GiveUp(page, error) => {
                    let give_up = give_up(Arc::clone(&run), page, error);
                    self.follow(run, give_up, ctx);
                }
                CrawlEffect::RetryAfter(page, delay) => {
                    ctx.run_later(delay, move |job, ctx| job.try_again(&run, page, ctx));
                }
                CrawlEffect::Report(counts) => self.apply(Input::Counted(counts), ctx),
                CrawlEffect::Publish => drop(self.publish()),
                CrawlEffect::End(end) => {
                    self.crawl = None;
                    self.apply(Input::SiteEnded(end), ctx);
                }
            }
        }
    }

    fn take_pages(&self, run: Arc<Run>, limit: u32, ctx: &mut Context<Self>) {
        let taking = Taking { source_id: run.job.source_id, round: run.round, life: run.life, limit };
        let pages = Arc::clone(&self.context.ports.pages);
        let take = at_the_store("pages", async move { pages.take(&taking).await });
        ctx.spawn(take.into_actor(self).map(move |taken, job, ctx| {
            if job.reads(&run) {
                match taken {
                    Ok(pages) => job.crawled(CrawlInput::Taken(pages), ctx),
                    Err(fault) => job.break_off(fault, ctx),
                }
            }
        }));
    }

    fn follow(&self, run: Arc<Run>, visit: impl Future<Output = Visited> + 'static, ctx: &mut Context<Self>) {
        ctx.spawn(visit.into_actor(self).map(move |visited, job, ctx| {
            if job.reads(&run) {
                job.visited(visited, ctx);
            }
        }));
    }

    fn visited(&mut self, visited: Visited, ctx: &mut Context<Self>) {
        match visited {
            Visited::Settled(outcome) => {
                let Outcome { page, settled, fetch, error } = *outcome;
                let Some(crawl) = &mut self.crawl else { return };
                crawl.room_bytes = crawl.room_bytes.map(|room| room - settled.growth_bytes);
                if let Some(error) = &error {
                    crawl.machine.heard(error);
                }
                self.crawled(CrawlInput::Settled(page, settled, fetch), ctx);
                if error.is_some_and(|error| error.code == NO_ROOM) {
                    self.crawled(CrawlInput::NoRoom, ctx);
                }
            }
            Visited::Failed(page, error) => self.crawled(CrawlInput::Failed(page, error), ctx),
            Visited::Broken(fault) => self.break_off(fault, ctx),
        }
    }

    fn try_again(&mut self, run: &Run, page: SitePage, ctx: &mut Context<Self>) {
        if self.reads(run) {
            self.crawled(CrawlInput::Again(page), ctx);
        }
    }

    /// What an earlier beginning of the run has left under way is nobody's any more.
    fn reads(&self, run: &Run) -> bool {
        self.crawl.as_ref().is_some_and(|crawl| crawl.run.life == run.life)
    }

    fn break_off(&mut self, fault: PortError, ctx: &mut Context<Self>) {
        self.crawl = None;
        self.apply(Input::Failed(store_failure(fault)), ctx);
    }
}

/// A run that has begun, how far it is, and the room that the plan has for text.
type Begun = (Run, PageCounts, Option<i64>);

struct Beginning {
    url: String,
    rules: SiteRules,
    role: PageRole,
}

impl Beginning {
    async fn begin(self, ports: Ports, job: Job) -> Result<Begun, StepFailure> {
        let Some((url, scope)) = spelled(&self.url).zip(Scope::of(&self.url, &self.rules)) else {
            return Err(StepFailure::ForGood(no_address()));
        };
        let at = ports.clock.now();
        let period = ports.ledger.period(job.account_id, at).await.map_err(store_failure)?;
        let plan = period.map(|period| period.plan).unwrap_or_default();
        let plan_pages = plan.pages.map_or(u32::MAX, |pages| u32::try_from(pages).unwrap_or(u32::MAX));
        let first = self.first_pages(&ports, &url, &scope).await;
        let first: Vec<_> =
            first.into_iter().map(|found| (PageId::from_uuid(ports.dice.id(at)), found)).collect();
        let (pages, of) = (Arc::clone(&ports.pages), job.clone());
        let begin = async move { pages.begin(&of, &first).await };
        let SiteRun { round, counts, account_bytes } =
            at_the_store("pages", begin).await.map_err(store_failure)?;
        let counts = went_on(counts, job.pages);
        let room = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        let room_bytes = plan.stored_bytes.map(|bytes| room(bytes) - room(account_bytes));
        let run = Run {
            life: ports.dice.id(at),
            pages_max: self.rules.max_pages.min(plan_pages),
            listed_depth: u32::from(self.role == PageRole::Page),
            ports,
            job,
            scope,
            round,
        };
        Ok((run, counts, room_bytes))
    }

    /// The page or sitemap that was asked for, and the sitemaps of the site.
    async fn first_pages(&self, ports: &Ports, url: &str, scope: &Scope) -> Vec<FoundPage> {
        let found = |url: String, role| FoundPage { url, role, depth: 0 };
        let mut first = vec![found(url.to_owned(), self.role)];
        if self.role == PageRole::Page && self.rules.depth > 0 {
            // A robots.txt that is not to be had is told by the first page.
            let named = ports.crawler.sitemaps(url).await.unwrap_or_default();
            let named = named.iter().filter_map(|named| url::Url::parse(named).ok());
            let usual = url::Url::parse(url).and_then(|url| url.join(SITEMAP)).ok();
            let sitemaps = named.chain(usual).filter(|sitemap| scope.holds(sitemap));
            first.extend(
                sitemaps.filter_map(|url| spelled(url.as_str())).map(|url| found(url, PageRole::Sitemap)),
            );
        }
        first
    }
}

/// The store counts pages; what they have cost, the job remembers.
fn went_on(counts: PageCounts, before: Option<PageCounts>) -> PageCounts {
    let before = before.unwrap_or_default();
    PageCounts {
        fetched_bytes: before.fetched_bytes,
        seconds: before.seconds,
        stopped_by: before.stopped_by,
        ..counts
    }
}

fn store_failure(fault: PortError) -> StepFailure {
    match fault.fault {
        Fault::Transient => for_now(fault),
        Fault::Permanent => {
            tracing::warn!(error = ?fault, "what a site holds can't be stored");
            StepFailure::ForGood(JobError {
                code: "unavailable".into(),
                message: "What the site holds could not be stored. Remove the source and add it again."
                    .into(),
            })
        }
    }
}

fn no_address() -> JobError {
    let refusal = crate::ports::CrawlRefusal::AddressRefused;
    JobError { code: refusal.code().into(), message: refusal.to_string() }
}
