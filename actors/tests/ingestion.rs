//! From a source to passages that can be found: each step once, in order, and never lost.

use std::time::Duration;

use super::{Guest, engine};
use crate::chatbot::knowledge::split;
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, TestEngine};
use crate::limits::Limits;
use crate::model::{AnswererKind, Job, JobId, JobKind, JobStage, JobState, Progress, SourceId, Timestamp};
use crate::ports::{Clock, Fault};

const PAGE: &str = "https://shop.example/returns";

fn text() -> String {
    let paragraph = |n| format!("Paragraph {n}. Goods may be sent back within 30 days of their arrival. ");
    (0..40).map(paragraph).collect::<Vec<_>>().join("\n\n")
}

fn queue(engine: &TestEngine, number: u128, kind: JobKind) -> JobId {
    let job_id = JobId::from_uuid(uuid::Uuid::from_u128(number << 32));
    let now = engine.world.clock.now();
    engine.world.store.put_job(Job {
        job_id,
        account_id: engine.world.account,
        chatbot_id: engine.world.chatbot,
        source_id: SourceId::from_uuid(uuid::Uuid::from_u128(5)),
        kind,
        state: JobState::Queued,
        stage: JobStage::Fetching,
        progress: Progress::default(),
        error: None,
        pages: None,
        attempts: 0,
        created_at: now,
        updated_at: now,
    });
    job_id
}

fn queue_page(engine: &TestEngine) -> JobId {
    queue(engine, 1, JobKind::Url { url: PAGE.into() })
}

fn queue_text(engine: &TestEngine, number: u128, text: &str) -> JobId {
    queue(engine, number, JobKind::Text { title: "Returns".into(), text: text.into() })
}

/// Wakes the jobs and waits until that one has ended.
async fn ends(engine: &TestEngine, id: JobId) -> Job {
    engine.engine.wake_jobs();
    let is_final = |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.state.is_final());
    engine.until("the job ends", is_final).await;
    engine.until("its actor ends", |engine| engine.living(ActorKind::Ingestion).is_empty()).await;
    engine.world.store.job(id).unwrap()
}

fn begun_at(engine: &TestEngine) -> Vec<Timestamp> {
    let saved = engine.world.store.saved_jobs();
    let begun = saved.iter().filter(|job| job.stage == JobStage::Fetching && job.error.is_none());
    begun.filter(|job| job.state == JobState::Running).map(|job| job.updated_at).collect()
}

#[actix::test]
async fn once_a_source_is_read_its_chatbot_answers_from_it() {
    let engine = engine();
    engine.world.configure(engine.world.chatbot, 1, |config| config.answerer.kind = AnswererKind::Extractive);
    let mut guest = Guest::arrives(&engine).await;
    engine.world.store.catalog.set(Condition::Slow(Duration::from_secs(3)));
    let id = queue_text(&engine, 1, &text());
    engine.engine.wake_jobs();
    let is_read =
        |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.state == JobState::Succeeded);
    engine.until("the source is read", is_read).await;
    guest.is_heard("m1", "Within how many days may goods be sent back?").await;
    assert!(guest.is_answered().await.contains("30 days"));
    engine.drain().await;
}

#[actix::test]
async fn a_page_goes_through_all_stages_and_never_back_and_can_then_be_found() {
    let engine = engine();
    engine.world.configure(engine.world.chatbot, 1, |config| config.answerer.kind = AnswererKind::Extractive);
    let mut guest = Guest::arrives(&engine).await;
    engine.world.crawler.serve(PAGE, &text());
    let id = queue_page(&engine);
    let mut watch = engine.engine.watch_job(id);
    let job = ends(&engine, id).await;
    assert_eq!(
        (job.state, job.progress, job.attempts, job.error),
        (JobState::Succeeded, Progress::WHOLE, 1, None)
    );
    let saved = engine.world.store.saved_jobs();
    assert!(saved.is_sorted_by(|a, b| a.stage <= b.stage && a.progress <= b.progress), "{saved:?}");
    assert!(saved.len() >= 5);
    assert_eq!(watch.borrow_and_update().as_ref().map(|job| job.state), Some(JobState::Succeeded));
    // The chatbot is told by `SourceRead`, and reads itself again.
    engine.catch_up().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    guest.is_heard("m1", "Within how many days may goods be sent back?").await;
    assert!(guest.is_answered().await.contains("within 30 days of their arrival"));
    engine.drain().await;
}

#[actix::test]
async fn the_passages_are_exactly_those_of_the_text_each_at_its_place() {
    let engine = engine();
    let id = queue_text(&engine, 1, &text());
    ends(&engine, id).await;
    let reading = engine.world.store.reading(SourceId::from_uuid(uuid::Uuid::from_u128(5))).unwrap();
    assert_eq!(&*reading.document.text, text());
    let spans: Vec<_> = reading.chunks.iter().map(|chunk| chunk.span.clone()).collect();
    assert_eq!(spans, split(&text()).into_iter().collect::<Vec<_>>());
    assert!(spans.len() > 1);
    assert!(reading.chunks.iter().all(|chunk| *chunk.text == text()[chunk.span.clone()]));
    let ids: std::collections::HashSet<_> = reading.chunks.iter().map(|chunk| chunk.chunk_id).collect();
    assert_eq!(ids.len(), reading.chunks.len());
    engine.drain().await;
}

#[actix::test]
async fn a_job_that_breaks_after_it_has_the_text_goes_on_without_fetching_again() {
    let engine = engine();
    engine.world.crawler.serve(PAGE, &text());
    engine.world.store.knowledge.set(Condition::Panicking);
    let id = queue_page(&engine);
    engine.engine.wake_jobs();
    engine
        .until("it breaks and comes back", |engine| {
            engine
                .engine
                .metrics()
                .kinds
                .iter()
                .any(|count| count.kind == ActorKind::Ingestion && count.panics == 1)
        })
        .await;
    engine.world.store.knowledge.set(Condition::Working);
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.attempts), (JobState::Succeeded, 2));
    assert_eq!(engine.world.crawler.fetched(), [PAGE]);
    assert_eq!(engine.world.store.readings_replaced(), 1);
    engine.drain().await;
}

#[actix::test]
async fn a_source_that_breaks_whoever_reads_it_is_given_up_after_three_attempts() {
    let engine = engine();
    engine.world.crawler.serve(PAGE, &text());
    engine.world.extractor.switch.set(Condition::Panicking);
    let id = queue_page(&engine);
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.attempts), (JobState::Failed, 3));
    assert_eq!(job.error.unwrap().code, "interrupted");
    engine.drain().await;
}

#[actix::test]
async fn a_failure_that_may_pass_is_tried_again_after_growing_delays_and_then_given_up_with_its_reason() {
    let engine = engine();
    engine.world.crawler.answer_with(PAGE, 503);
    let id = queue_page(&engine);
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.attempts), (JobState::Failed, 3));
    assert_eq!(job.error.unwrap().code, "page_status");
    let begun = begun_at(&engine);
    let gaps: Vec<i64> = begun.windows(2).map(|pair| (pair[1] - pair[0]).num_seconds()).collect();
    assert_eq!(gaps, [2, 4]);
    engine.drain().await;
}

#[actix::test]
async fn a_failure_that_passes_is_forgotten() {
    let engine = engine();
    engine.world.crawler.serve(PAGE, &text());
    engine.world.crawler.switch.set(Condition::Failing(Fault::Transient));
    let id = queue_page(&engine);
    engine.engine.wake_jobs();
    let failed_once = |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.error.is_some());
    engine.until("it fails once", failed_once).await;
    engine.world.crawler.switch.set(Condition::Working);
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.attempts, job.error), (JobState::Succeeded, 2, None));
    engine.drain().await;
}

#[actix::test]
async fn a_failure_for_good_is_not_tried_again_and_says_what_to_do() {
    let engine = engine();
    let id = queue_page(&engine);
    let job = ends(&engine, id).await;
    let error = job.error.unwrap();
    assert_eq!((job.state, job.attempts, error.code.as_str()), (JobState::Failed, 1, "page_status"));
    assert!(error.message.contains("404"));
    let empty = queue_text(&engine, 2, "  \n");
    let job = ends(&engine, empty).await;
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "empty_document"));
    engine.drain().await;
}

#[actix::test]
async fn a_job_that_is_cancelled_stops_and_leaves_nothing_behind() {
    let engine = engine();
    engine.world.crawler.serve(PAGE, &text());
    engine.world.extractor.switch.set(Condition::Hanging);
    let id = queue_page(&engine);
    engine.engine.wake_jobs();
    let extracts =
        |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.stage == JobStage::Extracting);
    engine.until("it is at work", extracts).await;
    // The job is told by `Cancel`.
    engine.engine.cancel_job(id).await.unwrap();
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.error), (JobState::Cancelled, None));
    engine.world.extractor.switch.set(Condition::Working);
    engine.catch_up().await;
    assert_eq!(engine.world.store.readings_replaced(), 0);
    assert!(engine.engine.cancel_job(id).await.is_err(), "it does not run any more");
    engine.drain().await;
}

#[actix::test]
async fn a_source_that_has_not_changed_is_not_indexed_again() {
    let engine = engine();
    for number in 1..=2 {
        let id = queue_text(&engine, number, &text());
        assert_eq!(ends(&engine, id).await.state, JobState::Succeeded);
    }
    assert_eq!(engine.world.store.readings_replaced(), 1);
    let id = queue_text(&engine, 3, "Something else altogether.");
    ends(&engine, id).await;
    assert_eq!(engine.world.store.readings_replaced(), 2);
    engine.drain().await;
}

#[actix::test]
async fn no_more_jobs_run_at_once_than_may_and_all_get_their_turn_without_being_woken() {
    let engine = engine();
    engine.world.extractor.switch.set(Condition::Slow(Duration::from_secs(1)));
    engine.world.crawler.serve(PAGE, &text());
    for number in 1..=6 {
        queue(&engine, number, JobKind::Url { url: PAGE.into() });
    }
    let mut most = 0;
    // The schedule sends `ClaimJobs` by itself.
    engine
        .until("all are done", |engine| {
            most = most.max(engine.living(ActorKind::Ingestion).len());
            let done =
                engine.world.store.saved_jobs().into_iter().filter(|job| job.state == JobState::Succeeded);
            done.count() == 6
        })
        .await;
    assert_eq!(most, 2);
    engine.drain().await;
}

#[actix::test]
async fn a_job_that_a_shutdown_breaks_off_goes_on_in_the_next_process_and_loses_no_attempt() {
    let first = engine();
    first.world.crawler.serve(PAGE, &text());
    first.world.store.knowledge.set(Condition::Hanging);
    let id = queue_page(&first);
    first.engine.wake_jobs();
    let indexes =
        |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.stage == JobStage::Indexing);
    first.until("it is at work", indexes).await;
    first.drain().await;
    let job = first.world.store.job(id).unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Queued, 0));
    first.world.store.knowledge.set(Condition::Working);

    let second = first.world.start(Limits::default());
    let job = ends(&second, id).await;
    assert_eq!((job.state, job.attempts), (JobState::Succeeded, 1));
    assert_eq!(second.world.crawler.fetched(), [PAGE], "the text was written down");
    second.drain().await;
}

#[actix::test]
async fn a_job_that_takes_long_is_renewed_so_that_no_other_process_takes_it() {
    let engine = engine();
    engine.world.crawler.serve(PAGE, &text());
    engine.world.extractor.switch.set(Condition::Hanging);
    let id = queue_page(&engine);
    engine.engine.wake_jobs();
    engine.until("somebody says that it is at work", |engine| engine.world.store.is_renewed(id)).await;
    engine.world.extractor.switch.set(Condition::Working);
    assert_eq!(ends(&engine, id).await.state, JobState::Succeeded);
    engine.drain().await;
}
