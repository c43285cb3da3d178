//! One job: a source becomes passages that can be found. Child of the root.
//!
//! A job reads one document, or a site page by page. For a document it fetches, extracts, splits and indexes. It writes down how far it is after each stage, so that a new life goes
//! on where the last one stopped, and it can be cancelled between any two steps.

mod effect;
mod embed;
pub mod handle;
mod snapshot;
pub mod state;

pub use handle::{Cancel, Pause, SourceRead};

use std::sync::Arc;

use actix::{Actor, Context, Recipient};
use tokio::sync::watch;

use self::effect::Crawl;
use self::state::{Input, JobMachine};
use crate::kernel::{Birth, Life};
use crate::limits::Limits;
use crate::model::{Job, JobId};
use crate::ports::Ports;

/// What a job is given beside itself.
#[derive(Clone)]
pub struct JobContext {
    /// The world.
    pub ports: Ports,
    /// The bounds.
    pub limits: Arc<Limits>,
    /// Where everybody sees how far it is.
    pub watch: watch::Sender<Option<Job>>,
    /// Told when the chatbot has something new to read.
    pub published: Recipient<SourceRead>,
}

/// The actor.
pub struct IngestionJob {
    life: Life<JobId>,
    context: JobContext,
    machine: JobMachine,
    crawl: Option<Crawl>,
}

impl IngestionJob {
    /// Makes the actor; `birth` enters it into the census.
    #[must_use]
    pub fn new(birth: Birth<JobId>, context: JobContext, job: Job) -> Self {
        let machine = JobMachine::new(job, context.limits.job_attempts_max);
        Self { life: Life::begin(birth), context, machine, crawl: None }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<JobId> {
        &self.life
    }

    fn apply(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = self.context.ports.clock.now();
        let effects = self.machine.apply(input, now);
        self.enact(effects, ctx);
    }
}

impl Actor for IngestionJob {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.recall(ctx);
    }
}
