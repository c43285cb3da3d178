//! How the schedule touches the world.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};
use chrono::TimeDelta;
use tokio::time::Instant;

use super::state::Task;
use super::{CLOCK_STEP_MAX, ClaimJobs, Schedule, snapshot};
use crate::model::{Job, JobId, Run, Timestamp};

/// Sources that are queued at once.
const DUE_MAX: u32 = 200;

impl Schedule {
    pub(super) fn recall(&self, ctx: &mut Context<Self>) {
        let snapshots = Arc::clone(&self.ports.snapshots);
        let load = async move { snapshots.load(snapshot::KEY).await };
        ctx.spawn(load.into_actor(self).map(|loaded, schedule, ctx| {
            if let Ok(Some(stored)) = loaded {
                snapshot::restore(&mut schedule.state, &stored);
            }
            schedule.look(ctx);
        }));
    }

    pub(super) fn look(&mut self, ctx: &mut Context<Self>) {
        let now = self.ports.clock.now();
        if self.clock_jumped(now) {
            self.state.clock_jumped();
        }
        let due = self.state.due(now);
        if due.iter().any(|task| *task != Task::ClaimJobs) {
            self.remember(ctx);
        }
        for task in due {
            self.carry_out(task, ctx);
        }
    }

    /// Whether the clock went at another pace than time since this was asked last.
    fn clock_jumped(&mut self, now: Timestamp) -> bool {
        let Some((said, at)) = self.looked.replace((now, Instant::now())) else { return false };
        let elapsed = TimeDelta::from_std(at.elapsed()).unwrap_or(TimeDelta::MAX);
        (now - said - elapsed).abs() > CLOCK_STEP_MAX
    }

    fn carry_out(&self, task: Task, ctx: &mut Context<Self>) {
        let (ledger, now) = (Arc::clone(&self.ports.ledger), self.ports.clock.now());
        match task {
            Task::ClaimJobs => {
                if self.claim_jobs.try_send(ClaimJobs).is_err() {
                    tracing::debug!("jobs are looked for at the next turn");
                }
            }
            Task::RollUpUsage => {
                let work = async move { ledger.roll_up(now).await.map(|_| ()) };
                ctx.spawn(work.into_actor(self).map(move |done, _, _| report(task, &done)));
            }
            Task::ReadAgain => self.read_again(ctx),
            Task::PreparePartitions => {
                let work = async move { ledger.prepare_partitions(now).await };
                ctx.spawn(work.into_actor(self).map(move |done, _, _| report(task, &done)));
            }
        }
    }

    /// Queues jobs for sources that are due; those beyond the most at once are due again at the next turn.
    fn read_again(&self, ctx: &mut Context<Self>) {
        let ports = self.ports.clone();
        let work = async move {
            let now = ports.clock.now();
            let due = ports.jobs.due(now, DUE_MAX).await?;
            for source in &due {
                let run = Run {
                    account_id: source.account_id,
                    chatbot_id: source.chatbot_id,
                    source_id: source.source_id,
                    kind: source.kind.clone(),
                };
                let job = Job::queued(JobId::from_uuid(ports.dice.id(now)), run, now);
                ports.jobs.queue_again(&job, source).await?;
            }
            Ok(due.len())
        };
        ctx.spawn(work.into_actor(self).map(|queued, schedule, ctx| match queued {
            Ok(0) => {}
            Ok(_) => schedule.carry_out(Task::ClaimJobs, ctx),
            Err(error) => report(Task::ReadAgain, &Err(error)),
        }));
    }

    fn remember(&self, ctx: &mut Context<Self>) {
        let (snapshots, encoded) = (Arc::clone(&self.ports.snapshots), snapshot::encode(&self.state));
        let save = async move {
            if let Ok(snapshot) = encoded
                && let Err(error) = snapshots.save(snapshot::KEY, snapshot).await
            {
                tracing::debug!(error = ?error, "the schedule's memory could not be saved");
            }
        };
        ctx.spawn(save.into_actor(self));
    }
}

fn report(task: Task, done: &Result<(), crate::ports::PortError>) {
    if let Err(error) = done {
        tracing::warn!(?task, error = ?error, "a scheduled task failed; it is done again when it is due next");
    }
}
