//! Sites page by page: each read once, none twice, and what was good stays good.

use std::time::Duration;

use super::engine;
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, TestEngine, World};
use crate::limits::Limits;
use crate::model::{Job, JobId, JobKind, JobState, PageState, Plan, Run, SiteRules, SourceId, StoppedBy};
use crate::ports::{Clock, DueSource, Fault};

const START: &str = "https://shop.example/";

fn url(path: &str) -> String {
    format!("https://shop.example/{path}")
}

fn rules() -> SiteRules {
    SiteRules { max_pages: 100, depth: 10, include: Vec::new(), exclude: Vec::new() }
}

fn queue(engine: &TestEngine, number: u128, rules: SiteRules) -> JobId {
    queue_kind(engine, number, JobKind::Site { url: START.into(), rules })
}

fn queue_kind(engine: &TestEngine, number: u128, kind: JobKind) -> JobId {
    let job_id = JobId::from_uuid(uuid::Uuid::from_u128(number << 32));
    let run = Run {
        account_id: engine.world.account,
        chatbot_id: engine.world.chatbot,
        source_id: SourceId::from_uuid(uuid::Uuid::from_u128(5)),
        kind,
    };
    engine.world.store.put_job(Job::queued(job_id, run, engine.world.clock.now()));
    job_id
}

async fn ends(engine: &TestEngine, id: JobId) -> Job {
    engine.engine.wake_jobs();
    let is_final = |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.state.is_final());
    engine.until("the job ends", is_final).await;
    engine.until("its actor ends", |engine| engine.living(ActorKind::Ingestion).is_empty()).await;
    engine.world.store.job(id).unwrap()
}

/// A front page that leads to `count` others.
fn serve(world: &World, count: u32) {
    let links: String = (1..=count).map(|n| format!("-> /{n}\n")).collect();
    world.crawler.serve(START, &format!("Welcome to the shop.\n{links}"));
    for n in 1..=count {
        world.crawler.serve(&url(&n.to_string()), &format!("Article {n} costs {n} euros.\n-> /"));
    }
}

/// Each month leads to the next.
fn serve_calendar(world: &World) {
    world.crawler.serve(START, "Events.\n-> /calendar/0");
    for n in 0..200 {
        let next = n + 1;
        world.crawler.serve(&url(&format!("calendar/{n}")), &format!("Month {n}.\n-> /calendar/{next}"));
    }
}

/// Each page takes a moment, so that something can happen in the middle.
fn slow(world: &World) {
    world.crawler.switch.set(Condition::Slow(Duration::from_millis(10)));
}

fn fetched_once(engine: &TestEngine, path: &str) -> bool {
    engine.world.crawler.fetched().iter().filter(|fetched| **fetched == url(path)).count() == 1
}

fn state(engine: &TestEngine, path: &str) -> PageState {
    engine.world.pages.at(&url(path)).unwrap().page.state
}

#[actix::test]
async fn every_page_of_a_site_is_read_once() {
    let engine = engine();
    serve(&engine.world, 30);
    let id = queue(&engine, 1, rules());
    let job = ends(&engine, id).await;
    let counts = job.pages.unwrap();
    assert_eq!((job.state, counts.found, counts.settled, counts.read), (JobState::Succeeded, 31, 31, 31));
    assert_eq!((counts.failed, counts.skipped, counts.stopped_by), (0, 0, None));
    assert!((1..=30).all(|n| fetched_once(&engine, &n.to_string())));
    assert!(engine.world.pages.states().iter().all(|(_, state)| *state == PageState::Read));
    engine.drain().await;
}

#[actix::test]
async fn sitemaps_are_read_and_only_what_matches() {
    let engine = engine();
    engine.world.crawler.serve(&url("robots.txt"), &url("maps/all"));
    engine.world.crawler.serve(&url("maps/all"), "=> /maps/docs\n=> https://other.example/map");
    engine
        .world
        .crawler
        .serve(&url("maps/docs"), "-> /docs/a\n-> /docs/b\n-> /shop\n-> http://10.0.0.1/docs/x");
    engine.world.crawler.serve(&url("docs/a"), "The letter a.");
    engine.world.crawler.serve(&url("docs/b"), "The letter b.");
    let rules = SiteRules { include: vec!["/docs/".into()], exclude: vec!["/docs/b$".into()], ..rules() };
    let id = queue_kind(
        &engine,
        1,
        JobKind::Sitemap { url: url("maps/all"), rules: SiteRules { depth: 0, ..rules } },
    );
    let job = ends(&engine, id).await;
    assert_eq!(job.state, JobState::Succeeded, "{:?}", job.error);
    assert_eq!(engine.world.pages.states(), [(url("docs/a"), PageState::Read)]);
    let id = queue_kind(&engine, 2, JobKind::Site { url: url("docs/a"), rules: self::rules() });
    ends(&engine, id).await;
    assert!(engine.world.crawler.fetched().contains(&url("sitemap.xml")), "the usual place is asked too");
    engine.drain().await;
}

#[actix::test]
async fn an_endless_calendar_ends_at_the_most_pages() {
    let engine = engine();
    serve_calendar(&engine.world);
    let wide = queue(&engine, 1, SiteRules { max_pages: 20, depth: 100, ..rules() });
    let counts = ends(&engine, wide).await.pages.unwrap();
    assert_eq!((counts.read, counts.stopped_by), (20, Some(StoppedBy::Pages)));
    engine.drain().await;
}

#[actix::test]
async fn an_endless_calendar_ends_at_the_depth() {
    let engine = engine();
    serve_calendar(&engine.world);
    let deep = queue(&engine, 1, SiteRules { depth: 5, ..rules() });
    assert_eq!(ends(&engine, deep).await.pages.unwrap().read, 6);
    engine.drain().await;
}

#[actix::test]
async fn pages_with_the_same_text_are_kept_once() {
    let engine = engine();
    engine.world.crawler.serve(START, "Welcome.\n-> /a?sort=up\n-> /a?sort=down");
    engine.world.crawler.serve(&url("a?sort=up"), "The same list.");
    engine.world.crawler.serve(&url("a?sort=down"), "The same list.");
    let id = queue(&engine, 1, rules());
    let counts = ends(&engine, id).await.pages.unwrap();
    assert_eq!((counts.read, counts.skipped), (2, 1));
    engine.drain().await;
}

#[actix::test]
async fn a_run_that_breaks_off_goes_on_where_it_was() {
    let world = World::new();
    serve(&world, 40);
    slow(&world);
    let first = world.start(Limits { crawl_pages_at_once: 1, ..Limits::default() });
    let id = queue(&first, 1, rules());
    first.engine.wake_jobs();
    let half = |engine: &TestEngine| engine.world.crawler.fetched().len() > 20;
    first.until("half is read", half).await;
    first.drain().await;
    let before = world.pages.states().iter().filter(|(_, state)| *state == PageState::Read).count();
    assert!(before > 5 && before < 41, "{before}");
    assert_eq!(world.store.job(id).unwrap().state, JobState::Queued);

    let second = world.start(Limits::default());
    let job = ends(&second, id).await;
    assert_eq!((job.state, job.pages.unwrap().read, job.attempts), (JobState::Succeeded, 41, 1));
    let twice = (1..=40).filter(|n| !fetched_once(&second, &n.to_string())).count();
    assert!(twice <= 1, "only the page that was at work is fetched again");
    second.drain().await;
}

#[actix::test]
async fn a_run_that_panics_goes_on_where_it_was() {
    let engine = engine();
    serve(&engine.world, 20);
    slow(&engine.world);
    let id = queue(&engine, 1, rules());
    engine.engine.wake_jobs();
    engine.until("it has begun", |engine| engine.world.pages.states().len() > 10).await;
    engine.world.extractor.switch.set(Condition::Panicking);
    let has_panicked = |engine: &TestEngine| {
        let kinds = engine.engine.metrics().kinds;
        kinds.iter().any(|count| count.kind == ActorKind::Ingestion && count.panics >= 1)
    };
    engine.until("it breaks", has_panicked).await;
    engine.world.extractor.switch.set(Condition::Working);
    assert_eq!(ends(&engine, id).await.pages.unwrap().read, 21);
    engine.drain().await;
}

#[actix::test]
async fn a_paused_run_stands_still_until_it_is_resumed() {
    let engine = engine();
    serve(&engine.world, 30);
    slow(&engine.world);
    let id = queue(&engine, 1, rules());
    engine.engine.wake_jobs();
    engine.until("it has begun", |engine| engine.world.crawler.fetched().len() > 5).await;
    engine.engine.pause_job(id).await.unwrap();
    engine.until("it stands", |engine| engine.living(ActorKind::Ingestion).is_empty()).await;
    let paused = engine.world.store.job(id).unwrap();
    assert_eq!(paused.state, JobState::Paused);
    assert!(engine.engine.cancel_job(id).await.is_err(), "nothing runs");
    let fetched = engine.world.crawler.fetched().len();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(engine.world.crawler.fetched().len(), fetched);
    engine.world.store.resume_job(id);
    assert_eq!(ends(&engine, id).await.pages.unwrap().read, 31);
    engine.drain().await;
}

#[actix::test]
async fn a_page_that_breaks_keeps_its_text_and_one_that_stays_away_loses_it_the_second_time() {
    let engine = engine();
    serve(&engine.world, 3);
    for (run, path, answer) in [(1, "", 200), (2, "1", 500), (3, "2", 404), (4, "2", 404), (5, "2", 404)] {
        if answer != 200 {
            engine.world.crawler.answer_with(&url(path), answer);
        }
        let id = queue(&engine, run, rules());
        assert_eq!(ends(&engine, id).await.state, JobState::Succeeded);
        match run {
            2 => assert_eq!(state(&engine, "1"), PageState::Stale),
            3 => assert_eq!(state(&engine, "2"), PageState::Stale),
            4 | 5 => assert_eq!(state(&engine, "2"), PageState::Gone),
            _ => {}
        }
    }
    let kept = engine.world.pages.at(&url("1")).unwrap();
    assert!(kept.reading.is_some() && kept.error.is_some());
    assert!(engine.world.pages.at(&url("2")).unwrap().reading.is_none());
    engine.world.crawler.serve(&url("2"), "Article 2 is back.");
    let id = queue(&engine, 6, rules());
    ends(&engine, id).await;
    assert_eq!(state(&engine, "2"), PageState::Read);
    engine.drain().await;
}

#[actix::test]
async fn a_page_that_has_not_changed_is_not_stored_again() {
    let engine = engine();
    serve(&engine.world, 2);
    let first = queue(&engine, 1, rules());
    ends(&engine, first).await;
    let document =
        |engine: &TestEngine| engine.world.pages.at(&url("1")).unwrap().reading.unwrap().document.document_id;
    let before = document(&engine);
    let again = queue(&engine, 2, rules());
    let counts = ends(&engine, again).await.pages.unwrap();
    assert_eq!((counts.settled, counts.read, counts.fetched_bytes), (3, 3, 0), "asked, and nothing was sent");
    assert_eq!(document(&engine), before);
    engine.drain().await;
}

#[actix::test]
async fn a_site_that_is_out_of_reach_is_tried_again_and_then_given_up() {
    let engine = engine();
    engine.world.crawler.switch.set(Condition::Failing(Fault::Transient));
    let id = queue(&engine, 1, rules());
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "page_unreachable"));
    engine.drain().await;
}

#[actix::test]
async fn a_store_that_fails_for_a_while_loses_nothing() {
    let engine = engine();
    serve(&engine.world, 20);
    slow(&engine.world);
    let id = queue(&engine, 1, rules());
    engine.engine.wake_jobs();
    engine.until("it has begun", |engine| engine.world.crawler.fetched().len() > 5).await;
    engine.world.pages.switch.set(Condition::Failing(Fault::Transient));
    engine
        .until("it waits", |engine| engine.world.store.job(id).is_some_and(|job| job.error.is_some()))
        .await;
    engine.world.pages.switch.set(Condition::Working);
    assert_eq!(ends(&engine, id).await.pages.unwrap().read, 21);
    engine.drain().await;
}

#[actix::test]
async fn the_plan_bounds_pages() {
    let engine = engine();
    serve(&engine.world, 20);
    engine.world.store.put_plan(engine.world.account, Plan { pages: Some(5), ..Plan::default() });
    let id = queue(&engine, 1, rules());
    let counts = ends(&engine, id).await.pages.unwrap();
    assert_eq!((counts.found, counts.stopped_by), (5, Some(StoppedBy::Pages)));
    engine.drain().await;
}

#[actix::test]
async fn the_plan_bounds_text() {
    let engine = engine();
    serve(&engine.world, 20);
    engine.world.store.put_plan(engine.world.account, Plan { stored_bytes: Some(60), ..Plan::default() });
    let id = queue(&engine, 1, rules());
    let job = ends(&engine, id).await;
    assert_eq!(job.pages.unwrap().stopped_by, Some(StoppedBy::StoredBytes), "{job:?}");
    engine.drain().await;
}

#[actix::test]
async fn a_long_run_lets_others_have_their_turn() {
    let world = World::new();
    serve(&world, 200);
    let limits = Limits {
        jobs_running_max: 1,
        crawl_turn: Duration::from_millis(1),
        crawl_pages_at_once: 1,
        ..Limits::default()
    };
    let engine = world.start(limits);
    slow(&world);
    let site = queue(&engine, 1, rules());
    engine.engine.wake_jobs();
    engine.until("it has begun", |engine| engine.world.crawler.fetched().len() > 3).await;
    let text = JobKind::Text { title: "T".into(), text: "Words.".into() };
    let other = queue_kind(&engine, 2, text);
    let ended = |engine: &TestEngine| engine.world.store.job(other).is_some_and(|job| job.state.is_final());
    engine.until("the other has had its turn", ended).await;
    assert!(!engine.world.store.job(site).unwrap().state.is_final());
    assert_eq!(ends(&engine, site).await.pages.unwrap().read, 100, "as many as the rules allow");
    engine.drain().await;
}

#[actix::test]
async fn a_source_that_is_due_is_read_again() {
    let engine = engine();
    serve(&engine.world, 2);
    let first = queue(&engine, 1, rules());
    let job = ends(&engine, first).await;
    engine.world.store.put_due(DueSource {
        source_id: job.source_id,
        chatbot_id: job.chatbot_id,
        account_id: job.account_id,
        kind: job.kind,
        latest: first,
    });
    let again = |engine: &TestEngine| engine.world.store.ended_jobs() == 2;
    engine.until("it is read again", again).await;
    engine.drain().await;
}
