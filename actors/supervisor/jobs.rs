//! How the root takes and runs ingestion jobs.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};

use super::{Draining, Supervisor};
use crate::exchange::wire::News;
use crate::ingestion::{IngestionJob, JobContext, SourceRead};
use crate::kernel::{ActorKind, Child, ChildDown, start_here};
use crate::model::{Job, JobId};
use crate::schedule::ClaimJobs;

impl Supervisor {
    /// Says that the jobs at work here are at work: whoever is silent for too long counts as dead.
    fn renew_jobs(&self, ctx: &mut Context<Self>) {
        let running: Vec<JobId> = self.jobs.live().map(|(id, _)| *id).collect();
        if running.is_empty() {
            return;
        }
        let jobs = Arc::clone(&self.shared.ports.jobs);
        let renew = async move { jobs.renew(&running).await };
        ctx.spawn(renew.into_actor(self).map(|renewed, _, _| {
            if let Err(error) = renewed {
                tracing::warn!(error = ?error, "the jobs at work here can't be renewed now");
            }
        }));
    }

    fn claim_jobs(&self, ctx: &mut Context<Self>) {
        let running = u32::try_from(self.jobs.len()).unwrap_or(u32::MAX);
        let free = self.shared.limits.jobs_running_max.saturating_sub(running);
        if free == 0 || self.draining == Draining::Yes {
            return;
        }
        let jobs = Arc::clone(&self.shared.ports.jobs);
        let claim = async move { jobs.claim(free).await };
        ctx.spawn(claim.into_actor(self).map(|claimed, root, ctx| match claimed {
            Ok(jobs) => jobs.into_iter().for_each(|job| root.start_job(job, ctx)),
            Err(error) => tracing::warn!(error = ?error, "jobs can't be claimed now"),
        }));
    }

    fn start_job(&mut self, job: Job, ctx: &mut Context<Self>) {
        let id = job.job_id;
        if matches!(self.jobs.get(&id), Some(Child::Live(_))) {
            return;
        }
        let context = JobContext {
            ports: self.shared.ports.clone(),
            limits: Arc::clone(&self.shared.limits),
            watch: self.shared.directory.job(id),
            published: ctx.address().recipient(),
        };
        let generation = self.jobs.generation(&id);
        let birth = self.birth(id, (ActorKind::Ingestion, id.as_uuid()), generation, ctx);
        let actor = IngestionJob::new(birth, context, job);
        let vital = Arc::clone(actor.life().vital());
        let addr = start_here(actor, self.shared.limits.actor_mailbox_len);
        let mailbox = self.mailbox(addr, ActorKind::Ingestion, vital);
        self.jobs.started(id, mailbox);
    }

    fn restart_job(&self, id: JobId, ctx: &mut Context<Self>) {
        let jobs = Arc::clone(&self.shared.ports.jobs);
        let find = async move { jobs.find(id).await };
        ctx.spawn(find.into_actor(self).map(move |found, root, ctx| match found {
            Ok(Some(job)) if !job.state.is_final() => root.start_job(job, ctx),
            Ok(_) => root.jobs.forget(&id),
            Err(error) => {
                tracing::warn!(job.id = %id, error = ?error, "the job can't be read now; it is claimed again later");
                root.jobs.forget(&id);
            }
        }));
    }
}

impl Handler<ClaimJobs> for Supervisor {
    type Result = ();

    fn handle(&mut self, _: ClaimJobs, ctx: &mut Context<Self>) {
        self.renew_jobs(ctx);
        self.claim_jobs(ctx);
    }
}

impl Handler<SourceRead> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: SourceRead, _: &mut Context<Self>) {
        self.shared.directory.source_read(message.chatbot_id, message.found);
        self.shared.announce(News::KnowledgeChanged(message.chatbot_id));
    }
}

impl Handler<ChildDown<JobId>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<JobId>, ctx: &mut Context<Self>) {
        let id = notice.key;
        match self.judged(|root| &mut root.jobs, &notice) {
            Some(delay) => {
                ctx.run_later(delay, move |root, ctx| root.restart_job(id, ctx));
            }
            None => {
                self.jobs.forget(&id);
                self.shared.directory.forget_idle_jobs();
                self.claim_jobs(ctx);
            }
        }
    }
}
