//! Jobs on their way, without a world.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{AccountId, ChatbotId, JobId, SourceId};

fn machine() -> JobMachine {
    let id = Uuid::nil();
    let now = Timestamp::UNIX_EPOCH;
    let job = Job {
        job_id: JobId::from_uuid(id),
        account_id: AccountId::from_uuid(id),
        chatbot_id: ChatbotId::from_uuid(id),
        source_id: SourceId::from_uuid(id),
        kind: JobKind::Url { url: "https://example.com/".into() },
        state: JobState::Queued,
        stage: JobStage::Fetching,
        progress: Progress::default(),
        error: None,
        pages: None,
        attempts: 0,
        created_at: now,
        updated_at: now,
    };
    JobMachine::new(job, 3)
}

fn text() -> Text {
    Text { title: "T".into(), url: None, text: "words".into() }
}

fn failure() -> JobError {
    JobError { code: "page_unreachable".into(), message: "The site can't be reached now.".into() }
}

#[test]
fn a_job_goes_through_its_stages_to_the_end() {
    let mut machine = machine();
    for input in [Input::Begun(None), Input::Fetched, Input::Extracted(text()), Input::Split(4)] {
        machine.apply(input, Timestamp::UNIX_EPOCH);
    }
    assert_eq!((machine.job().stage, machine.job().state), (JobStage::Indexing, JobState::Running));
    assert_eq!(machine.apply(Input::Indexed, Timestamp::UNIX_EPOCH), [Effect::Announce, Effect::Embed]);
    let effects = machine.apply(Input::Embedded { left: 0 }, Timestamp::UNIX_EPOCH);
    assert_eq!(effects, [Effect::Save, Effect::Forget, Effect::End]);
    assert_eq!((machine.job().state, machine.job().progress), (JobState::Succeeded, Progress::WHOLE));
}

#[test]
fn a_new_life_goes_on_from_the_text_that_was_written_down() {
    let effects = machine().apply(Input::Begun(Some(text())), Timestamp::UNIX_EPOCH);
    assert_eq!(effects, [Effect::Save, Effect::Index(text())]);
}

#[test]
fn passages_are_found_by_words_while_their_vectors_are_made() {
    let mut machine = machine();
    for input in [Input::Begun(None), Input::Fetched, Input::Extracted(text()), Input::Split(4)] {
        machine.apply(input, Timestamp::UNIX_EPOCH);
    }
    assert_eq!(machine.apply(Input::Indexed, Timestamp::UNIX_EPOCH), [Effect::Announce, Effect::Embed]);
    let effects = machine.apply(Input::Embedded { left: 4 }, Timestamp::UNIX_EPOCH);
    assert_eq!(effects, [Effect::Save, Effect::Forget, Effect::Embed]);
    let effects = machine.apply(Input::Embedded { left: 2 }, Timestamp::UNIX_EPOCH);
    assert_eq!(effects, [Effect::Save, Effect::Embed]);
    assert_eq!(machine.job().progress, Progress::new(0.9));
    let again = JobMachine::new(machine.job().clone(), 3).apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
    assert_eq!(again, [Effect::Save, Effect::Embed], "a new life reads nothing again");
    let effects = machine.apply(Input::Embedded { left: 0 }, Timestamp::UNIX_EPOCH);
    assert_eq!(effects, [Effect::Save, Effect::Forget, Effect::Announce, Effect::End]);
}

#[test]
fn a_failure_that_may_pass_is_tried_three_times_with_growing_delays() {
    let mut machine = machine();
    machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
    let mut delays = Vec::new();
    while !machine.job().state.is_final() {
        for effect in machine.apply(Input::Failed(StepFailure::ForNow(failure())), Timestamp::UNIX_EPOCH) {
            if let Effect::RetryAfter(delay) = effect {
                delays.push(delay.as_secs());
                machine.apply(Input::Again, Timestamp::UNIX_EPOCH);
            }
        }
    }
    assert_eq!(delays, [2, 4]);
    assert_eq!(machine.job().error, Some(failure()));
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let one = prop::sample::select(vec![
        Input::Begun(None),
        Input::Fetched,
        Input::Extracted(text()),
        Input::Split(2),
        Input::Indexed,
        Input::Embedded { left: 0 },
        Input::Embedded { left: 3 },
        Input::Failed(StepFailure::ForNow(failure())),
        Input::Failed(StepFailure::ForGood(failure())),
        Input::Again,
        Input::Counted(PageCounts { found: 2, settled: 1, ..PageCounts::default() }),
        Input::SiteEnded(CrawlEnd::TurnOver),
        Input::SiteEnded(CrawlEnd::Nothing(failure())),
        Input::Paused,
        Input::Cancelled,
        Input::PutBack,
    ]);
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn a_job_that_has_ended_stays_ended_and_its_error_belongs_to_its_state(inputs in inputs()) {
        let mut machine = machine();
        for input in inputs {
            let before = machine.job().state;
            machine.apply(input, Timestamp::UNIX_EPOCH);
            let job = machine.job();
            if before.is_final() {
                prop_assert_eq!(job.state, before);
            }
            prop_assert_eq!(job.state == JobState::Failed, job.state.is_final() && job.error.is_some());
            prop_assert!(job.attempts <= 3, "no more than may be");
        }
    }
}

#[test]
fn what_was_read_of_a_site_is_found_however_its_run_halts() {
    let halts = [
        (Input::Paused, JobState::Paused, 0),
        (Input::Cancelled, JobState::Cancelled, 1),
        (Input::Embedded { left: 0 }, JobState::Succeeded, 1),
        (Input::SiteEnded(CrawlEnd::Nothing(failure())), JobState::Failed, 1),
    ];
    for (input, state, attempts) in halts {
        let mut machine = machine();
        machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
        let counts = PageCounts { found: 4, settled: 1, read: 1, ..PageCounts::default() };
        machine.apply(Input::Counted(counts), Timestamp::UNIX_EPOCH);
        let effects = machine.apply(input, Timestamp::UNIX_EPOCH);
        assert!(effects.contains(&Effect::Announce) && effects.ends_with(&[Effect::End]), "{effects:?}");
        assert_eq!((machine.job().state, machine.job().attempts), (state, attempts));
    }
}

#[test]
fn a_site_that_was_read_is_found_and_then_gets_its_vectors() {
    let mut machine = machine();
    machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
    machine.apply(Input::Counted(PageCounts::default()), Timestamp::UNIX_EPOCH);
    let done = machine.apply(Input::SiteEnded(CrawlEnd::Done), Timestamp::UNIX_EPOCH);
    assert_eq!(done, [Effect::Announce, Effect::Embed]);
    machine.apply(Input::Embedded { left: 1 }, Timestamp::UNIX_EPOCH);
    let effects = machine.apply(Input::Embedded { left: 0 }, Timestamp::UNIX_EPOCH);
    assert!(effects.contains(&Effect::Announce) && effects.ends_with(&[Effect::End]), "{effects:?}");
    assert_eq!((machine.job().state, machine.job().progress), (JobState::Succeeded, Progress::WHOLE));
}

#[test]
fn a_site_that_gets_ahead_is_begun_as_often_as_it_takes() {
    let mut machine = machine();
    for settled in 1..20 {
        machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
        let counts = PageCounts { found: 40, settled, ..PageCounts::default() };
        machine.apply(Input::Counted(counts), Timestamp::UNIX_EPOCH);
        let out_of_reach = Input::SiteEnded(CrawlEnd::OutOfReach(failure()));
        let effects = machine.apply(out_of_reach, Timestamp::UNIX_EPOCH);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::RetryAfter(_))), "{effects:?}");
    }
    let turn_over = machine.apply(Input::SiteEnded(CrawlEnd::TurnOver), Timestamp::UNIX_EPOCH);
    assert_eq!((turn_over, machine.job().state), (vec![Effect::Save, Effect::End], JobState::Queued));
}

#[test]
fn the_progress_of_a_site_is_told_at_once_and_stored_now_and_then() {
    let mut machine = machine();
    machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
    let mut stored = 0;
    for settled in 0..50_u32 {
        let counts = PageCounts { found: 100 - settled, settled, ..PageCounts::default() };
        let at = Timestamp::UNIX_EPOCH + TimeDelta::milliseconds(i64::from(settled) * 100);
        let before = machine.job().progress;
        stored += usize::from(machine.apply(Input::Counted(counts), at) == [Effect::Save]);
        assert!(machine.job().progress >= before && machine.job().progress < Progress::WHOLE);
    }
    assert_eq!(stored, 3);
}
