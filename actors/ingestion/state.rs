//! The stages of a job as a plain value: what happened goes in, what to do next comes out.

mod crawl;
mod pattern;
mod scope;

pub use crawl::{CrawlBounds, CrawlEffect, CrawlEnd, CrawlInput, CrawlMachine, Fetch};
pub use pattern::path_matches;
pub use scope::{Scope, spelled};

use std::time::Duration;

use chrono::TimeDelta;

use crate::model::{Job, JobError, JobKind, JobStage, JobState, PageCounts, Progress, Timestamp};

/// How often the progress of a site is stored.
const COUNTS_STORED_EVERY: TimeDelta = TimeDelta::seconds(2);

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
    /// A site is that far.
    Counted(PageCounts),
    /// The reading of a site is over, for now or for good.
    SiteEnded(CrawlEnd),
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
    /// The owner wants it to wait.
    Paused,
    /// The process shuts down: another one, or its next life, takes it up again.
    PutBack,
}

/// What a job wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store how far it is.
    Save,
    /// Tell those who watch how far it is.
    Tell,
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
    counts_stored_at: Option<Timestamp>,
    /// How many passages had no vector when the first were asked for.
    bare: Option<usize>,
}

impl JobMachine {
    /// A job as it is stored.
    #[must_use]
    pub const fn new(job: Job, attempts_max: u32) -> Self {
        Self { job, attempts_max, counts_stored_at: None, bare: None }
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
            // Found by words until the vectors are there, and also when they never come.
            Input::Indexed => vec![Effect::Announce, Effect::Embed],
            Input::Embedded { left } => self.embedded(left),
            Input::Failed(StepFailure::ForGood(error)) => self.end(JobState::Failed, Some(error), Vec::new()),
            Input::Failed(StepFailure::ForNow(error)) => self.retry(error),
            Input::Again => self.begin(None),
            Input::Counted(counts) => self.count(counts, now),
            Input::SiteEnded(end) => self.end_site(end),
            Input::Cancelled => self.end(JobState::Cancelled, None, Vec::new()),
            Input::Paused => {
                let announces = self.announces();
                let mut effects = self.put_back(JobState::Paused);
                effects.splice(1..1, announces);
                effects
            }
            Input::PutBack => self.put_back(JobState::Queued),
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
                // A site goes on where it was, all else begins anew.
                self.job.progress = self.job.pages.map_or_else(Progress::default, |counts| counts.progress());
                let mut effects = self.reach(JobStage::Fetching, 0.05);
                effects.push(Effect::Read(self.job.kind.clone()));
                effects
            }
        }
    }

    /// Every batch is stored when it is counted here, so a new life goes on behind it.
    fn embedded(&mut self, left: usize) -> Vec<Effect> {
        let vectors_came = self.job.stage == JobStage::Embedding;
        if left == 0 {
            self.job.progress = Progress::WHOLE;
            // A site is announced whichever way it ends.
            let announces =
                if vectors_came && self.job.pages.is_none() { vec![Effect::Announce] } else { Vec::new() };
            return self.end(JobState::Succeeded, None, announces);
        }
        let all = self.bare.map_or(left, |all| all.max(left));
        self.bare = Some(all);
        let mut effects = self.reach(JobStage::Embedding, 1.0 - 0.2 * left as f32 / all as f32);
        if !vectors_came {
            effects.push(Effect::Forget);
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

    /// What was read of a site before it ended or halted, however it did, is to be found.
    fn announces(&self) -> Option<Effect> {
        self.job.pages.map(|_| Effect::Announce)
    }

    /// An attempt that a shutdown breaks off does not count: a job must not fail because servers are renewed often.
    fn put_back(&mut self, state: JobState) -> Vec<Effect> {
        if self.job.state == JobState::Running {
            self.job.attempts = self.job.attempts.saturating_sub(1);
        }
        self.job.state = state;
        vec![Effect::Save, Effect::End]
    }

    /// A run that gets ahead is not failing, however often it was begun.
    fn count(&mut self, counts: PageCounts, now: Timestamp) -> Vec<Effect> {
        let before = self.job.pages.replace(counts);
        if before.is_some_and(|before| before.settled < counts.settled) {
            self.job.attempts = self.job.attempts.min(1);
        }
        // Whole only when it is over.
        let progress = Progress::new(counts.progress().share().min(0.99));
        if self.job.progress < progress {
            self.job.progress = progress;
        }
        if self.counts_stored_at.is_some_and(|at| (now - at).abs() < COUNTS_STORED_EVERY) {
            return vec![Effect::Tell];
        }
        self.counts_stored_at = Some(now);
        vec![Effect::Save]
    }

    fn end_site(&mut self, end: CrawlEnd) -> Vec<Effect> {
        match end {
            CrawlEnd::Done => {
                self.job.stage = JobStage::Indexing;
                vec![Effect::Announce, Effect::Embed]
            }
            CrawlEnd::Nothing(error) => self.end(JobState::Failed, Some(error), Vec::new()),
            CrawlEnd::TurnOver => self.put_back(JobState::Queued),
            CrawlEnd::OutOfReach(error) => self.retry(error),
        }
    }

    fn end(&mut self, state: JobState, error: Option<JobError>, mut effects: Vec<Effect>) -> Vec<Effect> {
        self.job.state = state;
        self.job.error = error;
        effects.splice(0..0, [Effect::Save, Effect::Forget]);
        effects.extend(self.announces());
        effects.push(Effect::End);
        effects
    }
}

#[cfg(test)]
mod tests;
