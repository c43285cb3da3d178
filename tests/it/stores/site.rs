//! The pages of sites: each is settled once, whole, and in its turn.

use std::num::NonZeroU32;
use std::sync::Arc;

use aihio::store::{NewSource, Page, Tenant};
use aihio_actors::model::{
    Chunk, ChunkId, ContentHash, Document, DocumentId, FoundPage, Job, JobError, JobKind, JobState, PageId,
    PageRole, PageState, SitePage, SiteRules, SourceId, Validators,
};
use aihio_actors::ports::{
    Changed, Jobs, Knowledge, PageOutcome, PageText, Pages, Reading, Settled, Settling, SiteRun, Taking,
};
use uuid::Uuid;

use super::fixture::{at, chatbot, id, job, tenant};
use crate::support::store::TestStore;

on_both!(
    a_run_that_begins_again_is_the_same_run,
    pages_are_taken_in_order_and_once_a_life,
    a_text_is_found_once_it_is_settled_and_once_only,
    a_new_text_replaces_the_old_one_and_the_sums_follow,
    of_two_pages_with_one_address_or_text_the_first_is_kept,
    a_page_that_breaks_keeps_its_text_and_one_that_is_gone_does_not,
    only_so_many_pages_are_added,
    a_page_that_is_taken_out_is_not_taken_until_it_is_restored,
    a_run_that_was_overtaken_writes_nothing,
    a_source_is_due_once_an_interval,
);

struct Site {
    store: TestStore,
    tenant: Tenant,
    job: Job,
}

impl Site {
    async fn new(store: TestStore) -> Self {
        let tenant = tenant(&store).await;
        let chatbot_id = chatbot(&tenant).await;
        let source_id = SourceId::from_uuid(id());
        let rules = SiteRules { max_pages: 9, depth: 9, include: Vec::new(), exclude: Vec::new() };
        let kind = JobKind::Site { url: "https://a.example/".into(), rules };
        let job = Job { kind: kind.clone(), ..job(tenant.account_id(), chatbot_id, source_id) };
        let resync = NonZeroU32::new(60);
        let new = NewSource { source_id, chatbot_id, title: "A".into(), kind, resync, at: at("10:00:00") };
        tenant.create_source(new, &job).await.unwrap();
        Self { store, tenant, job }
    }

    async fn begins(&self, paths: &[&str]) -> SiteRun {
        self.store.begin(&self.job, &found(paths)).await.unwrap()
    }

    async fn next_run(&mut self) -> SiteRun {
        self.job = Job { job_id: aihio_actors::model::JobId::from_uuid(id()), ..self.job.clone() };
        self.begins(&[]).await
    }

    async fn takes(&self, round: u32, life: u128) -> Vec<SitePage> {
        let taking = Taking { source_id: self.job.source_id, round, life: Uuid::from_u128(life), limit: 10 };
        self.store.take(&taking).await.unwrap()
    }

    fn settling(&self, round: u32, page: &SitePage, outcome: PageOutcome) -> Settling {
        Settling {
            source_id: self.job.source_id,
            round,
            page_id: page.page_id,
            outcome,
            found: Vec::new(),
            pages_max: 9,
            at: at("10:00:05"),
        }
    }

    async fn settles(&self, round: u32, page: &SitePage, outcome: PageOutcome) -> Settled {
        self.store.settle(self.settling(round, page, outcome)).await.unwrap()
    }

    /// A text with a passage for each of its lines.
    fn text(&self, text: &str, identity: &str) -> PageOutcome {
        let document = Document {
            document_id: DocumentId::from_uuid(id()),
            source_id: self.job.source_id,
            chatbot_id: self.job.chatbot_id,
            account_id: self.job.account_id,
            title: "Page".into(),
            url: Some(identity.into()),
            text: text.into(),
            content_hash: ContentHash([u8::try_from(text.len()).unwrap(); 32]),
            created_at: at("10:00:05"),
        };
        let mut start = 0;
        let chunks = text.split_inclusive('\n').map(|line| {
            let span = start..start + line.len();
            start = span.end;
            Chunk {
                chunk_id: ChunkId::from_uuid(id()),
                source_id: document.source_id,
                document_id: document.document_id,
                title: Arc::clone(&document.title),
                url: document.url.clone(),
                span,
                text: line.into(),
            }
        });
        let chunks = chunks.collect();
        let validators = Validators { etag: Some("\"1\"".into()), last_modified: None };
        PageOutcome::Read(Box::new(PageText {
            reading: Reading { document, chunks },
            identity: identity.into(),
            validators,
        }))
    }

    async fn passages(&self) -> Vec<String> {
        let chunks = self.store.chunks(self.job.chatbot_id).await.unwrap();
        let mut texts: Vec<String> = chunks.iter().map(|chunk| chunk.text.trim().to_owned()).collect();
        texts.sort();
        texts
    }

    async fn sums(&self) -> (u64, u32) {
        let source = self.tenant.source(self.job.source_id).await.unwrap().unwrap();
        (source.bytes, source.chunks)
    }

    async fn states(&self) -> Vec<(String, PageState)> {
        let page = Page { limit: 50, cursor: None };
        let listed = self.tenant.site_pages(self.job.source_id, None, &page).await.unwrap();
        let mut states: Vec<_> = listed.items.into_iter().map(|page| (page.url, page.state)).collect();
        states.sort_by(|a, b| a.0.cmp(&b.0));
        states
    }
}

fn url(path: &str) -> String {
    format!("https://a.example/{path}")
}

fn found(paths: &[&str]) -> Vec<(PageId, FoundPage)> {
    let depth = |path: &str| u32::try_from(path.matches('/').count()).unwrap();
    let page = |path: &str| FoundPage { url: url(path), role: PageRole::Page, depth: depth(path) };
    paths.iter().map(|path| (PageId::from_uuid(id()), page(path))).collect()
}

fn unread(state: PageState, misses: u32) -> PageOutcome {
    let error = JobError { code: "page_status".into(), message: "It is not there.".into() };
    PageOutcome::Unread { state, error, misses }
}

async fn a_run_that_begins_again_is_the_same_run(store: TestStore) {
    let mut site = Site::new(store).await;
    let first = site.begins(&["", "a"]).await;
    assert_eq!((first.round, first.counts.found, first.counts.settled), (1, 2, 0));
    assert_eq!(site.begins(&["", "a"]).await, first);
    let page = site.takes(1, 7).await.remove(0);
    let text = site.text("one\n", &url(""));
    site.settles(1, &page, text).await;
    let again = site.begins(&["", "a"]).await;
    assert_eq!((again.round, again.counts.settled, again.counts.read, again.account_bytes), (1, 1, 1, 4));
    let next = site.next_run().await;
    assert_eq!((next.round, next.counts.found, next.counts.settled, next.counts.read), (2, 2, 0, 1));
}

async fn pages_are_taken_in_order_and_once_a_life(store: TestStore) {
    let site = Site::new(store).await;
    site.begins(&["x/y", "a", "x/", ""]).await;
    let order: Vec<String> = site.takes(1, 1).await.into_iter().map(|page| page.url).collect();
    assert_eq!(order, [url("a"), url(""), url("x/y"), url("x/")], "near ones first, then as found");
    assert_eq!(site.takes(1, 1).await, []);
    let later = site.takes(1, 2).await;
    assert!(later.len() == 4 && later.iter().all(|page| page.attempts == 2), "another life takes them again");
}

async fn a_text_is_found_once_it_is_settled_and_once_only(store: TestStore) {
    let site = Site::new(store).await;
    site.begins(&[""]).await;
    let page = site.takes(1, 1).await.remove(0);
    let mut settling = site.settling(1, &page, site.text("one\ntwo\n", &url("")));
    settling.found = found(&["b", "", "c"]);
    let settled = site.store.settle(settling.clone()).await.unwrap();
    let expected =
        Settled { state: PageState::Read, added: 2, left_out: 0, growth_bytes: 8, changed: Changed::Yes };
    assert_eq!(settled, expected);
    let again = site.store.settle(settling).await.unwrap();
    assert_eq!((again.added, again.growth_bytes, again.changed), (0, 0, Changed::No));
    let other = site.settles(1, &page, site.text("late\n", &url(""))).await;
    assert_eq!(other.changed, Changed::No, "a page is settled once in a run");
    assert_eq!(site.passages().await, ["one", "two"]);
    assert_eq!(site.sums().await, (8, 2));
}

async fn a_new_text_replaces_the_old_one_and_the_sums_follow(store: TestStore) {
    let mut site = Site::new(store).await;
    site.begins(&["", "a"]).await;
    for (page, text) in site.takes(1, 1).await.iter().zip(["one\ntwo\n", "other one\n"]) {
        let text = site.text(text, &page.url);
        site.settles(1, page, text).await;
    }
    site.next_run().await;
    let pages = site.takes(2, 2).await;
    assert_eq!(pages[0].validators.etag.as_deref(), Some("\"1\""));
    let text = site.text("three", &pages[0].url);
    assert_eq!(site.settles(2, &pages[0], text).await.growth_bytes, -3);
    let unchanged = site.settles(2, &pages[1], PageOutcome::Unchanged(None)).await;
    assert_eq!((unchanged.state, unchanged.changed), (PageState::Read, Changed::No));
    assert_eq!(site.passages().await, ["other one", "three"]);
    assert_eq!(site.sums().await, (15, 2));
}

async fn of_two_pages_with_one_address_or_text_the_first_is_kept(store: TestStore) {
    let site = Site::new(store).await;
    site.begins(&["a", "b", "c"]).await;
    let pages = site.takes(1, 1).await;
    for (page, (text, identity)) in pages.iter().zip([("one", "a"), ("longer", "a"), ("one", "c")]) {
        let text = site.text(text, &url(identity));
        site.settles(1, page, text).await;
    }
    let states: Vec<_> = site.states().await.into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, [PageState::Read, PageState::Skipped, PageState::Skipped]);
    assert_eq!(site.passages().await, ["one"]);
}

async fn a_page_that_breaks_keeps_its_text_and_one_that_is_gone_does_not(store: TestStore) {
    let mut site = Site::new(store).await;
    site.begins(&[""]).await;
    let page = site.takes(1, 1).await.remove(0);
    let text = site.text("one\n", &url(""));
    site.settles(1, &page, text).await;
    site.next_run().await;
    let page = site.takes(2, 2).await.remove(0);
    let stale = site.settles(2, &page, unread(PageState::Stale, 1)).await;
    assert_eq!((stale.state, stale.changed, site.passages().await.len()), (PageState::Stale, Changed::No, 1));
    site.next_run().await;
    let page = site.takes(3, 3).await.remove(0);
    assert_eq!((page.misses, page.state, page.known.is_some()), (1, PageState::Stale, true));
    let gone = site.settles(3, &page, unread(PageState::Gone, 2)).await;
    assert_eq!((gone.state, gone.changed, gone.growth_bytes), (PageState::Gone, Changed::Yes, -4));
    assert_eq!((site.passages().await.len(), site.sums().await), (0, (0, 0)));
}

async fn only_so_many_pages_are_added(store: TestStore) {
    let mut site = Site::new(store).await;
    site.begins(&[""]).await;
    let page = site.takes(1, 1).await.remove(0);
    let mut settling = site.settling(1, &page, unread(PageState::Skipped, 0));
    settling.found = found(&["a", "b", "c", "d"]);
    settling.pages_max = 3;
    let settled = site.store.settle(settling).await.unwrap();
    assert_eq!((settled.added, settled.left_out), (2, 2));
    let urls: Vec<String> = site.states().await.into_iter().map(|(url, _)| url).collect();
    assert_eq!(urls, [url(""), url("a"), url("b")]);
    let next = site.takes(1, 1).await.remove(0);
    let mut settling = site.settling(1, &next, site.text("one\n", &url("a")));
    settling.found = found(&["e"]);
    settling.pages_max = 3;
    site.store.settle(settling).await.unwrap();
    site.next_run().await;
    let known = site.takes(2, 2).await.into_iter().find(|page| page.url == url("a")).unwrap();
    assert_eq!(known.validators, Validators::default(), "what it leads to is asked for again");
}

async fn a_page_that_is_taken_out_is_not_taken_until_it_is_restored(store: TestStore) {
    let mut site = Site::new(store).await;
    site.begins(&["a", "b"]).await;
    let pages = site.takes(1, 1).await;
    let text = site.text("one\n", &url("a"));
    site.settles(1, &pages[0], text).await;
    let (source, out) = (site.job.source_id, pages[0].page_id);
    let excluded = site.tenant.exclude_page(source, out).await.unwrap().unwrap();
    assert_eq!((excluded.state, excluded.bytes, site.sums().await), (PageState::Excluded, 0, (0, 0)));
    assert_eq!(site.passages().await, Vec::<String>::new());
    site.tenant.exclude_page(source, pages[1].page_id).await.unwrap();
    let late = site.settles(1, &pages[1], site.text("two\n", &url("b"))).await;
    assert_eq!(
        (late.state, late.changed),
        (PageState::Excluded, Changed::No),
        "it was at work when it was taken out"
    );
    let run = site.next_run().await;
    assert_eq!((run.counts.found, site.takes(2, 2).await.len()), (0, 0));
    assert_eq!(site.tenant.restore_page(source, out).await.unwrap().unwrap().state, PageState::Waiting);
    assert_eq!(site.takes(2, 2).await.len(), 1);
    let stranger = tenant(&site.store).await;
    assert_eq!(stranger.exclude_page(source, out).await.unwrap(), None);
    assert_eq!(stranger.site_pages(source, None, &Page { limit: 9, cursor: None }).await.unwrap().items, []);
}

async fn a_run_that_was_overtaken_writes_nothing(store: TestStore) {
    let mut site = Site::new(store).await;
    site.begins(&[""]).await;
    let page = site.takes(1, 1).await.remove(0);
    site.next_run().await;
    let late = site.settling(1, &page, site.text("late\n", &url("")));
    assert!(site.store.settle(late).await.is_err());
    assert_eq!(site.passages().await, Vec::<String>::new());
    site.tenant.delete_source(site.job.source_id).await.unwrap();
    assert!(site.store.begin(&site.job, &[]).await.is_err(), "a source that is gone has no run");
}

async fn a_source_is_due_once_an_interval(store: TestStore) {
    let site = Site::new(store).await;
    assert_eq!(site.store.due(at("10:00:59"), 9).await.unwrap(), []);
    assert_eq!(site.store.due(at("10:01:00"), 9).await.unwrap(), [], "its first job has not ended");
    site.store.save(&Job { state: JobState::Failed, ..site.job.clone() }).await.unwrap();
    let due = site.store.due(at("10:01:00"), 9).await.unwrap();
    assert_eq!((due.len(), due[0].source_id, &due[0].kind), (1, site.job.source_id, &site.job.kind));
    let again = |seconds: &str| Job {
        job_id: aihio_actors::model::JobId::from_uuid(id()),
        created_at: at(seconds),
        ..site.job.clone()
    };
    let (first, second) = (again("10:01:00"), again("10:01:01"));
    site.store.queue_again(&first, &due[0]).await.unwrap();
    site.store.queue_again(&second, &due[0]).await.unwrap();
    assert_eq!(site.tenant.source(site.job.source_id).await.unwrap().unwrap().job_id, first.job_id);
    assert_eq!(site.store.find(second.job_id).await.unwrap(), None, "another process was first");
    site.store.save(&Job { state: JobState::Succeeded, ..first }).await.unwrap();
    assert_eq!(site.store.due(at("10:01:59"), 9).await.unwrap(), []);
    assert_eq!(site.store.due(at("10:02:00"), 9).await.unwrap().len(), 1);
    site.tenant.resync(site.job.source_id, None, at("10:02:00")).await.unwrap();
    assert_eq!(site.store.due(at("11:00:00"), 9).await.unwrap(), []);
}
