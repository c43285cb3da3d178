//! Jobs go to one process each.

use std::collections::HashSet;

use aihio::store::{Page, StoreError};
use aihio_actors::model::{JobError, JobStage, JobState, Progress, SourceId};
use aihio_actors::ports::Jobs;

use super::fixture::{at, chatbot, id, job, source, tenant};
use crate::support::store::TestStore;

on_both!(
    a_job_is_read_back_as_it_was_saved,
    two_claimers_never_get_the_same_job,
    accounts_take_turns,
    thousands_of_jobs_of_one_account_keep_no_other_waiting,
    what_has_had_its_turn_goes_behind_what_came_meanwhile,
    a_job_that_ended_is_not_claimed,
    a_job_that_goes_back_to_the_queue_is_claimed_again,
    a_source_that_is_gone_gets_no_job,
);

#[tokio::test]
async fn a_job_of_another_process_is_neither_renewed_nor_changed() {
    let store = crate::support::store::postgres().await;
    let tenant = tenant(&store).await;
    source(&tenant, chatbot(&tenant).await).await;
    let mut job = store.claim(9).await.unwrap().pop().unwrap();
    job.state = JobState::Running;
    store.save(&job).await.unwrap();
    let other = store.again().await;
    other.renew(&[job.job_id]).await.unwrap();
    other.save(&aihio_actors::model::Job { state: JobState::Failed, ..job.clone() }).await.unwrap();
    assert_eq!(store.find(job.job_id).await.unwrap(), Some(job.clone()));
    store.renew(&[job.job_id]).await.unwrap();
    assert_eq!(other.claim(9).await.unwrap(), [], "it is at work elsewhere");
    job.state = JobState::Queued;
    store.save(&job).await.unwrap();
    assert_eq!(other.claim(9).await.unwrap(), [job]);
}

async fn a_job_is_read_back_as_it_was_saved(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, mut job) = source(&tenant, bot).await;
    assert_eq!(store.find(job.job_id).await.unwrap(), Some(job.clone()));
    job.state = JobState::Failed;
    job.stage = JobStage::Splitting;
    job.progress = Progress::new(0.3);
    job.error = Some(JobError { code: "empty_document".into(), message: "No words.".into() });
    job.attempts = 2;
    job.updated_at = at("10:05:00");
    store.save(&job).await.unwrap();
    assert_eq!(tenant.job(job.job_id).await.unwrap(), Some(job.clone()));
    let page = Page { limit: 9, cursor: None };
    assert_eq!(tenant.jobs(bot, &page).await.unwrap().items, [job]);
    assert_eq!(tenant.source(source_id).await.unwrap().unwrap().state, JobState::Failed);
}

async fn two_claimers_never_get_the_same_job(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    for _ in 0..20 {
        source(&tenant, bot).await;
    }
    let mut seen = HashSet::new();
    for _ in 0..5 {
        let (left, right) = tokio::join!(store.claim(2), store.claim(3));
        for job in left.unwrap().into_iter().chain(right.unwrap()) {
            assert!(seen.insert(job.job_id), "{} was given twice", job.job_id);
        }
    }
    while let Some(job) = store.claim(1).await.unwrap().pop() {
        assert!(seen.insert(job.job_id), "{} was given twice", job.job_id);
    }
    assert_eq!(seen.len(), 20);
}

async fn accounts_take_turns(store: TestStore) {
    let (busy, quiet) = (tenant(&store).await, tenant(&store).await);
    let (busy_bot, quiet_bot) = (chatbot(&busy).await, chatbot(&quiet).await);
    for _ in 0..5 {
        source(&busy, busy_bot).await;
    }
    let (_, late) = source(&quiet, quiet_bot).await;
    let first = store.claim(2).await.unwrap();
    assert!(
        first.iter().any(|job| job.job_id == late.job_id),
        "the quiet account's only job waits for nobody's fifth"
    );
    let (_, later) = source(&quiet, quiet_bot).await;
    let (_, latest) = source(&quiet, quiet_bot).await;
    let next: Vec<_> = store.claim(3).await.unwrap().iter().map(|job| job.account_id).collect();
    assert_eq!(next.iter().filter(|account| **account == busy.account_id()).count(), 2, "{next:?}");
    assert!(store.claim(9).await.unwrap().iter().all(|job| job.job_id != later.job_id), "{latest:?} is left");
}

async fn thousands_of_jobs_of_one_account_keep_no_other_waiting(store: TestStore) {
    const MANY: usize = 2_000;
    let (busy, quiet) = (tenant(&store).await, tenant(&store).await);
    let busy_bot = chatbot(&busy).await;
    let (source_id, _) = source(&busy, busy_bot).await;
    for _ in 1..MANY {
        busy.add_job(&job(busy.account_id(), busy_bot, source_id)).await.unwrap();
    }
    let mut at_work = store.claim(2).await.unwrap();
    assert!(at_work.iter().all(|job| job.account_id == busy.account_id()));
    source(&quiet, chatbot(&quiet).await).await;
    let mut ended = at_work.pop().unwrap();
    ended.state = JobState::Succeeded;
    store.save(&ended).await.unwrap();
    let next = store.claim(1).await.unwrap();
    assert_eq!(next[0].account_id, quiet.account_id(), "the next place is the quiet account's");
}

async fn what_has_had_its_turn_goes_behind_what_came_meanwhile(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (_, mut long) = source(&tenant, bot).await;
    let (_, short) = source(&tenant, bot).await;
    assert_eq!(store.claim(1).await.unwrap()[0].job_id, long.job_id);
    (long.state, long.updated_at) = (JobState::Queued, at("10:00:30"));
    store.save(&long).await.unwrap();
    let order: Vec<_> = [store.claim(1).await.unwrap(), store.claim(1).await.unwrap()].concat();
    assert_eq!(order.iter().map(|job| job.job_id).collect::<Vec<_>>(), [short.job_id, long.job_id]);
}

async fn a_job_that_ended_is_not_claimed(store: TestStore) {
    let tenant = tenant(&store).await;
    let (_, mut job) = source(&tenant, chatbot(&tenant).await).await;
    job.state = JobState::Cancelled;
    store.save(&job).await.unwrap();
    assert_eq!(store.claim(9).await.unwrap(), []);
}

async fn a_job_that_goes_back_to_the_queue_is_claimed_again(store: TestStore) {
    let tenant = tenant(&store).await;
    source(&tenant, chatbot(&tenant).await).await;
    let mut job = store.claim(9).await.unwrap().pop().unwrap();
    job.state = JobState::Running;
    store.save(&job).await.unwrap();
    assert_eq!(store.claim(9).await.unwrap(), [], "it is at work");
    job.state = JobState::Queued;
    store.save(&job).await.unwrap();
    assert_eq!(store.claim(9).await.unwrap(), [job]);
}

async fn a_source_that_is_gone_gets_no_job(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let lost = job(tenant.account_id(), bot, SourceId::from_uuid(id()));
    let refused = tenant.add_job(&lost).await;
    assert!(matches!(refused, Err(StoreError::Conflict("source"))), "{refused:?}");

    let (source_id, first) = source(&tenant, bot).await;
    let again = job(tenant.account_id(), bot, source_id);
    tenant.add_job(&again).await.unwrap();
    assert_eq!(tenant.source(source_id).await.unwrap().unwrap().job_id, again.job_id);
    tenant.delete_source(source_id).await.unwrap();
    assert_eq!(tenant.count_sources(bot).await.unwrap(), 0);
    assert_eq!(store.find(first.job_id).await.unwrap(), None);
}
