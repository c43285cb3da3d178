//! What happens by the clock: usage roll-ups, tables for the months to come, jobs that nobody runs, sources to be
//! read again. Child of the root.

mod effect;
pub mod handle;
mod snapshot;
pub mod state;

pub use handle::ClaimJobs;

use std::time::Duration;

use actix::{Actor, AsyncContext, Context, Recipient};
use chrono::TimeDelta;
use tokio::time::Instant;

use self::state::ScheduleState;
use crate::kernel::{Birth, Life};
use crate::model::Timestamp;
use crate::ports::Ports;

/// How often the schedule looks at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How far a clock may be from where it should be after that time. Clocks that are set right little by little stay within.
const CLOCK_STEP_MAX: TimeDelta = TimeDelta::seconds(2);

/// The key of the only schedule of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TheSchedule;

/// The actor.
pub struct Schedule {
    life: Life<TheSchedule>,
    ports: Ports,
    state: ScheduleState,
    /// What the clock said when it was looked at last, and when that was by a watch that does not jump.
    looked: Option<(Timestamp, Instant)>,
    claim_jobs: Recipient<ClaimJobs>,
}

impl Schedule {
    /// Makes the actor; `birth` enters it into the census.
    #[must_use]
    pub fn new(birth: Birth<TheSchedule>, ports: Ports, claim_jobs: Recipient<ClaimJobs>) -> Self {
        Self { life: Life::begin(birth), ports, state: ScheduleState::default(), looked: None, claim_jobs }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<TheSchedule> {
        &self.life
    }
}

impl Actor for Schedule {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.recall(ctx);
        ctx.run_interval(LOOK_EVERY, |schedule, ctx| match schedule.ports.cluster {
            // What another process has done need not be done again.
            Some(_) => schedule.recall(ctx),
            None => schedule.look(ctx),
        });
    }
}
