//! The stages of a job as a plain value: what happened goes in, what to do next comes out.

use std::time::Duration;

use crate::model::{Job, JobError, JobKind, JobStage, JobState, Progress, Timestamp};

/// The text of a source, as far as a job has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The title people will know it by.
    pub title: String,
    /// Where it came from, for web pages.
    pub url: Option<String>,
    /// The text itself.
    pub text: String,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepFailure {
    /// Trying again may help.
    ForNow(JobError),
    /// It will not.
    ForGood(JobError),
}

/// What happens to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A life begins, with what an earlier one had got.
    Begun(Option<Text>),
    /// The source's bytes are there.
    Fetched,
    /// The source's text is there.
    Extracted(Text),
    /// The text is cut into that many passages.
    Split(usize),
    /// The passages can be found by their words.
    Indexed,
    /// Some more passages have vectors; so many have none yet.
    Embedded {
        /// How many.
        left: usize,
    },
    /// A step failed.
    Failed(StepFailure),
    /// The time before the next attempt is over.
    Again,
    /// The owner does not want it any more.
    Cancelled,
    /// The process shuts down: another one, or its next life, takes it up again.
    PutBack,
}

/// What a job wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store how far it is.
    Save,
    /// Write down the text, so that a new life need not get it again.
    Remember(Text),
    /// Forget what was written down.
    Forget,
    /// Get the source's text, by whatever way its kind takes.
    Read(JobKind),
    /// Cut the text and store its passages.
    Index(Text),
    /// Get vectors for some of the passages that have none.
    Embed,
    /// Begin again after the delay.
    RetryAfter(Duration),
    /// The chatbot has something new to read.
    Announce,
    /// It has ended.
    End,
}

/// A job on its way.
#[derive(Debug)]
pub struct JobMachine {
    job: Job,
    attempts_max: u32,
    /// How many passages had no vector when the first were asked for.
    bare: Option<usize>,
}

impl JobMachine {
    /// A job as it is stored.
    #[must_use]
    pub const fn new(job: Job, attempts_max: u32) -> Self {
        Self { job, attempts_max, bare: None }
    }

    /// The job as it is now.
    #[must_use]
    pub const fn job(&self) -> &Job {
        &self.job
    }

    /// Takes one input; says what to do, in order. A job that has ended does nothing more.
    pub fn apply(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        if self.job.state.is_final() {
            return vec![Effect::End];
        }
        self.job.updated_at = now;
        match input {
            Input::Begun(text) => self.begin(text),
            Input::Fetched => self.reach(JobStage::Extracting, 0.3),
            Input::Extracted(text) => {
                let mut effects = vec![Effect::Remember(text.clone())];
                effects.extend(self.reach(JobStage::Splitting, 0.5));
                effects.push(Effect::Index(text));
                effects
            }
            Input::Split(_) => self.reach(JobStage::Indexing, 0.8),
            Input::Indexed => vec![Effect::Embed],
            Input::Embedded { left } => self.embedded(left),
            Input::Failed(StepFailure::ForGood(error)) => self.end(JobState::Failed, Some(error), Vec::new()),
            Input::Failed(StepFailure::ForNow(error)) => self.retry(error),
            Input::Again => self.begin(None),
            Input::Cancelled => self.end(JobState::Cancelled, None, Vec::new()),
            Input::PutBack => self.put_back(),
        }
    }

    fn begin(&mut self, text: Option<Text>) -> Vec<Effect> {
        if self.job.attempts >= self.attempts_max {
            let error = self.job.error.clone().unwrap_or_else(|| JobError {
                code: "interrupted".into(),
                message:
                    "Reading this source broke off each time it was tried. Check the file and try it again."
                        .into(),
            });
            return self.end(JobState::Failed, Some(error), Vec::new());
        }
        self.job.attempts += 1;
        self.job.state = JobState::Running;
        self.job.error = None;
        if self.job.stage == JobStage::Embedding {
            // The passages are stored: only vectors are missing.
            return vec![Effect::Save, Effect::Embed];
        }
        match text {
            Some(text) => {
                let mut effects = self.reach(JobStage::Splitting, 0.5);
                effects.push(Effect::Index(text));
                effects
            }
            None => {
                self.job.progress = Progress::default();
                let mut effects = self.reach(JobStage::Fetching, 0.05);
                effects.push(Effect::Read(self.job.kind.clone()));
                effects
            }
        }
    }

    /// Every batch is stored when it is counted here, so a new life goes on behind it.
    fn embedded(&mut self, left: usize) -> Vec<Effect> {
        if left == 0 {
            self.job.progress = Progress::WHOLE;
            return self.end(JobState::Succeeded, None, vec![Effect::Announce]);
        }
        let announced = self.job.stage == JobStage::Embedding;
        let all = self.bare.map_or(left, |all| all.max(left));
        self.bare = Some(all);
        let mut effects = self.reach(JobStage::Embedding, 1.0 - 0.2 * left as f32 / all as f32);
        if !announced {
            // Found by words until the vectors are there.
            effects.extend([Effect::Forget, Effect::Announce]);
        }
        effects.push(Effect::Embed);
        effects
    }

    fn reach(&mut self, stage: JobStage, share: f32) -> Vec<Effect> {
        self.job.stage = stage;
        if self.job.progress < Progress::new(share) {
            self.job.progress = Progress::new(share);
        }
        vec![Effect::Save]
    }

    fn retry(&mut self, error: JobError) -> Vec<Effect> {
        if self.job.attempts >= self.attempts_max {
            return self.end(JobState::Failed, Some(error), Vec::new());
        }
        self.job.error = Some(error);
        let delay = Duration::from_secs(1 << self.job.attempts.min(6));
        vec![Effect::Save, Effect::RetryAfter(delay)]
    }

    /// An attempt that a shutdown breaks off does not count: a job must not fail because servers are renewed often.
    fn put_back(&mut self) -> Vec<Effect> {
        if self.job.state == JobState::Running {
            self.job.attempts = self.job.attempts.saturating_sub(1);
        }
        self.job.state = JobState::Queued;
        vec![Effect::Save, Effect::End]
    }

    fn end(&mut self, state: JobState, error: Option<JobError>, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.job.state = state;
        self.job.error = error;
        effects.splice(0..0, [Effect::Save, Effect::Forget]);
        effects.push(Effect::End);
        effects
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(machine.apply(Input::Indexed, Timestamp::UNIX_EPOCH), [Effect::Embed]);
        let effects = machine.apply(Input::Embedded { left: 0 }, Timestamp::UNIX_EPOCH);
        assert_eq!(effects, [Effect::Save, Effect::Forget, Effect::Announce, Effect::End]);
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
        machine.apply(Input::Indexed, Timestamp::UNIX_EPOCH);
        let effects = machine.apply(Input::Embedded { left: 4 }, Timestamp::UNIX_EPOCH);
        assert_eq!(effects, [Effect::Save, Effect::Forget, Effect::Announce, Effect::Embed]);
        assert_eq!(
            machine.apply(Input::Embedded { left: 2 }, Timestamp::UNIX_EPOCH),
            [Effect::Save, Effect::Embed]
        );
        assert_eq!(machine.job().progress, Progress::new(0.9));
        let again =
            JobMachine::new(machine.job().clone(), 3).apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
        assert_eq!(again, [Effect::Save, Effect::Embed], "a new life reads nothing again");
    }

    #[test]
    fn a_failure_that_may_pass_is_tried_three_times_with_growing_delays() {
        let mut machine = machine();
        machine.apply(Input::Begun(None), Timestamp::UNIX_EPOCH);
        let mut delays = Vec::new();
        while !machine.job().state.is_final() {
            for effect in machine.apply(Input::Failed(StepFailure::ForNow(failure())), Timestamp::UNIX_EPOCH)
            {
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
            Input::Embedded { left: 3 },
            Input::Embedded { left: 0 },
            Input::Failed(StepFailure::ForNow(failure())),
            Input::Failed(StepFailure::ForGood(failure())),
            Input::Again,
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
                prop_assert!(job.attempts <= 3);
            }
        }
    }
}
