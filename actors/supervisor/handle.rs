//! What the root can be told.

use std::sync::Arc;
use std::time::Duration;

use actix::{ActorContext, AsyncContext, Context, Handler, Message};
use actix_rt::ArbiterHandle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Draining, Supervisor};
use crate::chatbot::ChatbotHandle;
use crate::chatbot::handle::DrainAll;
use crate::exchange::handle::SendBackAll;
use crate::ingestion::{Cancel, Pause};
use crate::kernel::{Child, ExitReason, Leave};
use crate::model::{ChatbotId, JobId, Refusal, RefusalCode};

/// Find the chatbot or start it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FindChatbot {
    /// Which.
    pub id: ChatbotId,
    /// The thread to start it on.
    pub arbiter: ArbiterHandle,
    /// Told the way to it.
    pub asker: oneshot::Sender<Result<Arc<ChatbotHandle>, Refusal>>,
}

impl Handler<FindChatbot> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: FindChatbot, ctx: &mut Context<Self>) {
        self.find_chatbot(message.id, (message.arbiter, message.asker), ctx);
    }
}

/// Stop a job that runs here.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct CancelJob {
    /// Which.
    pub id: JobId,
    /// Told whether it ran here.
    pub asker: oneshot::Sender<Result<(), Refusal>>,
}

impl Handler<CancelJob> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: CancelJob, _: &mut Context<Self>) {
        let outcome = match self.jobs.get(&message.id) {
            Some(Child::Live(mailbox)) => mailbox.tell(Cancel).map_err(|_| Refusal::overloaded()),
            _ => Err(Refusal::new(RefusalCode::BadRequest, "The job does not run here.")),
        };
        let _ = message.asker.send(outcome);
    }
}

/// Halt a job that runs here, to go on when it is resumed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct PauseJob {
    /// Which.
    pub id: JobId,
    /// Told whether it ran here.
    pub asker: oneshot::Sender<Result<(), Refusal>>,
}

impl Handler<PauseJob> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: PauseJob, _: &mut Context<Self>) {
        let outcome = match self.jobs.get(&message.id) {
            Some(Child::Live(mailbox)) => mailbox.tell(Pause).map_err(|_| Refusal::overloaded()),
            _ => Err(Refusal::new(RefusalCode::BadRequest, "The job does not run here.")),
        };
        let _ = message.asker.send(outcome);
    }
}

/// End everything in order: no new work, then sessions, then the journals.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct DrainTree {
    /// How long answers under way may go on.
    pub grace: Duration,
    /// The time over which sockets are closed.
    pub spread: Duration,
}

impl Handler<DrainTree> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: DrainTree, _: &mut Context<Self>) {
        let DrainTree { grace, spread } = message;
        self.draining = Draining::Yes;
        let count = u32::try_from(self.chatbots.len()).unwrap_or(u32::MAX).max(1);
        for (nth, (_, chatbot)) in (0_u32..).zip(self.chatbots.live()) {
            // One message a chatbot: bounded by construction, and none may miss it.
            chatbot.entrust(DrainAll {
                grace,
                spread,
                first_after: spread.mul_f64(f64::from(nth) / f64::from(count)),
            });
        }
        for (_, exchange) in self.exchange.live() {
            exchange.entrust(SendBackAll { spread: message.spread });
        }
        // Sessions outlive a chatbot that failed, and it is not started again now to tell them.
        self.shared.directory.chatbots.iter().filter(|chatbot| !chatbot.is_open()).for_each(|chatbot| {
            chatbot.drain_sessions(grace);
        });
    }
}

/// End, and all children before it.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Finish {
    /// The root does not wait for its children any longer than this.
    pub until: Instant,
}

/// How often the finishing root looks whether it is alone.
const LOOK_EVERY: Duration = Duration::from_millis(5);

impl Handler<Finish> for Supervisor {
    type Result = ();

    fn handle(&mut self, message: Finish, ctx: &mut Context<Self>) {
        self.draining = Draining::Yes;
        // One message a child: bounded by construction, and none may miss it.
        self.jobs.live().for_each(|(_, job)| job.entrust(Leave));
        self.schedule.live().for_each(|(_, schedule)| schedule.entrust(Leave));
        self.exchange.live().for_each(|(_, exchange)| exchange.entrust(Leave));
        self.accounts.live().for_each(|(_, account)| account.entrust(Leave));
        self.shared.journal.all().iter().for_each(|journal| journal.entrust(Leave));
        self.finish_when_alone(message, ctx);
    }
}

impl Supervisor {
    fn finish_when_alone(&mut self, message: Finish, ctx: &mut Context<Self>) {
        if self.shared.census.len() > 1 && Instant::now() < message.until {
            ctx.run_later(LOOK_EVERY, move |root, ctx| root.finish_when_alone(message, ctx));
            return;
        }
        if let Some(life) = &mut self.life {
            life.ends(ExitReason::Drained);
        }
        ctx.stop();
    }
}
