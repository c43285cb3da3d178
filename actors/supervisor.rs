//! The root: it finds or starts chatbots, accounts and jobs, restarts what fails, and isolates what fails again and
//! again, so that one chatbot's trouble stays one chatbot's.

mod accounts;
mod chatbots;
mod directory;
mod exchange;
pub mod handle;
mod jobs;
mod leases;
#[cfg(any(test, feature = "faults"))]
pub mod sabotage;

pub use directory::Directory;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, AsyncContext, Context, Handler};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

use crate::billing::{AccountHandle, BillingAccount};
use crate::chatbot::{Chatbot, ChatbotHandle};
use crate::exchange::wire::News;
use crate::exchange::{Exchange, ExchangeHandle, TheExchange};
use crate::ingestion::IngestionJob;
use crate::journal::{Journal, JournalGate, ShardId};
use crate::kernel::{
    ActorKey, ActorKind, Birth, Census, ChildDown, Children, Generation, Life, Mailbox, Restart,
    RestartPolicy, Verdict, Vital, start_here,
};
use crate::limits::Limits;
use crate::model::{AccountId, ChatbotId, JobId, Refusal};
use crate::ports::Ports;
use crate::schedule::{Schedule, TheSchedule};

/// What all actors of one engine share.
#[derive(Clone)]
pub struct Shared {
    /// The world.
    pub ports: Ports,
    /// The bounds.
    pub limits: Arc<Limits>,
    /// Everybody alive.
    pub census: Census,
    /// Where chatbots, accounts and jobs are found.
    pub directory: Arc<Directory>,
    /// The journals.
    pub journal: JournalGate,
    /// Turns at reading a history.
    pub readings: Arc<Semaphore>,
    /// The way to other processes, where there are any.
    pub exchange: Option<Arc<ExchangeHandle>>,
}

impl Shared {
    /// Tells the other processes, where there are any.
    pub(crate) fn announce(&self, news: News) {
        if let Some(exchange) = &self.exchange {
            exchange.announce(news);
        }
    }
}

/// The root's own key in the census.
pub const ROOT: ActorKey = ActorKey { kind: ActorKind::Supervisor, id: Uuid::nil() };

type Waiting<T> = Vec<oneshot::Sender<Result<Arc<T>, Refusal>>>;

/// The actor.
pub struct Supervisor {
    life: Option<Life<()>>,
    shared: Shared,
    chatbots: Children<ChatbotId, Chatbot>,
    accounts: Children<AccountId, BillingAccount>,
    jobs: Children<JobId, IngestionJob>,
    journals: Children<ShardId, Journal>,
    schedule: Children<TheSchedule, Schedule>,
    exchange: Children<TheExchange, Exchange>,
    chatbots_waited_for: HashMap<ChatbotId, Waiting<ChatbotHandle>>,
    accounts_waited_for: HashMap<AccountId, Waiting<AccountHandle>>,
    leases_watched: leases::Watch,
    began: Instant,
    draining: Draining,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draining {
    No,
    Yes,
}

impl Supervisor {
    /// Makes the root.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        let transient = RestartPolicy::standard(Restart::Transient);
        let permanent = RestartPolicy::standard(Restart::Permanent);
        Self {
            life: None,
            shared,
            chatbots: Children::new(transient),
            accounts: Children::new(transient),
            jobs: Children::new(transient),
            journals: Children::new(RestartPolicy { intensity_max: u32::MAX, ..permanent }),
            schedule: Children::new(permanent),
            exchange: Children::new(permanent),
            chatbots_waited_for: HashMap::new(),
            accounts_waited_for: HashMap::new(),
            leases_watched: leases::Watch::Idle,
            began: Instant::now(),
            draining: Draining::No,
        }
    }

    fn birth<K: Copy + Send + 'static>(
        &self,
        key: K,
        (kind, id): (ActorKind, Uuid),
        generation: Generation,
        ctx: &Context<Self>,
    ) -> Birth<K>
    where
        Self: Handler<ChildDown<K>>,
    {
        Birth {
            key,
            actor: ActorKey { kind, id },
            parent: Some(ROOT),
            generation,
            notify: ctx.address().recipient(),
            census: self.shared.census.clone(),
        }
    }

    fn mailbox<A: Actor>(&self, addr: Addr<A>, kind: ActorKind, vital: Arc<Vital>) -> Mailbox<A> {
        Mailbox::new(addr, kind, vital, self.shared.census.clone())
    }

    fn start_schedule(&mut self, ctx: &mut Context<Self>) {
        let generation = self.schedule.generation(&TheSchedule);
        let birth = self.birth(TheSchedule, (ActorKind::Schedule, Uuid::nil()), generation, ctx);
        let schedule = Schedule::new(birth, self.shared.ports.clone(), ctx.address().recipient());
        let vital = Arc::clone(schedule.life().vital());
        let addr = start_here(schedule, self.shared.limits.actor_mailbox_len);
        let mailbox = self.mailbox(addr, ActorKind::Schedule, vital);
        self.schedule.started(TheSchedule, mailbox);
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.shared.journal.report_to(ctx.address().recipient());
        let birth = Birth {
            key: (),
            actor: ROOT,
            parent: None,
            generation: Generation(0),
            notify: ctx.address().recipient(),
            census: self.shared.census.clone(),
        };
        self.life = Some(Life::begin(birth));
        self.start_exchange(ctx);
        self.start_schedule(ctx);
        self.watch_leases(ctx);
    }
}

/// Judges the end of a child: one place for all kinds.
fn judge<K: Hash + Eq + Clone + Send + std::fmt::Debug + 'static, A: Actor>(
    children: &mut Children<K, A>,
    notice: &ChildDown<K>,
    (began, chance): (Instant, u64),
) -> Verdict {
    let verdict = children.down(notice, began.elapsed(), chance);
    match verdict {
        Verdict::Leave => {}
        Verdict::RestartAfter(delay) => {
            tracing::error!(key = ?notice.key, reason = ?notice.reason, ?delay, "an actor failed and is restarted");
        }
        Verdict::GiveUp => {
            tracing::error!(key = ?notice.key, reason = ?notice.reason, "an actor fails again and again: it is isolated");
        }
    }
    verdict
}

impl Supervisor {
    fn verdict<K: Hash + Eq + Clone + Send + std::fmt::Debug + 'static, A: Actor>(
        &mut self,
        pick: fn(&mut Self) -> &mut Children<K, A>,
        notice: &ChildDown<K>,
    ) -> Verdict {
        let chance = (self.began, self.shared.ports.dice.next_u64());
        let verdict = judge(pick(self), notice, chance);
        if self.draining == Draining::Yes { Verdict::Leave } else { verdict }
    }

    /// When to start the child anew, if at all.
    fn judged<K: Hash + Eq + Clone + Send + std::fmt::Debug + 'static, A: Actor>(
        &mut self,
        pick: fn(&mut Self) -> &mut Children<K, A>,
        notice: &ChildDown<K>,
    ) -> Option<Duration> {
        match self.verdict(pick, notice) {
            Verdict::RestartAfter(delay) => Some(delay),
            Verdict::Leave | Verdict::GiveUp => None,
        }
    }

    /// The same for children that nobody would ask to come back: they rest for the window, and then try again.
    fn judged_or_rests<K: Hash + Eq + Clone + Send + std::fmt::Debug + 'static, A: Actor>(
        &mut self,
        pick: fn(&mut Self) -> &mut Children<K, A>,
        notice: &ChildDown<K>,
    ) -> Option<Duration> {
        match self.verdict(pick, notice) {
            Verdict::RestartAfter(delay) => Some(delay),
            Verdict::GiveUp => Some(RestartPolicy::standard(Restart::Permanent).window),
            Verdict::Leave => None,
        }
    }
}

impl Handler<ChildDown<()>> for Supervisor {
    type Result = ();

    /// The root has no parent; its own notice reaches nobody.
    fn handle(&mut self, _: ChildDown<()>, _: &mut Context<Self>) {}
}

impl Handler<ChildDown<ShardId>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<ShardId>, ctx: &mut Context<Self>) {
        let id = notice.key;
        if self.journals.get(&id).is_none()
            && let Some(mailbox) = self.shared.journal.find(id)
        {
            self.journals.started(id, mailbox);
        }
        let Some(delay) = self.judged(|root| &mut root.journals, &notice) else { return };
        ctx.run_later(delay, move |root, _| {
            let generation = root.journals.generation(&id);
            if let Some(mailbox) = root.shared.journal.restart(id, generation) {
                root.journals.started(id, mailbox);
            }
        });
    }
}

impl Handler<ChildDown<TheSchedule>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<TheSchedule>, ctx: &mut Context<Self>) {
        if let Some(delay) = self.judged_or_rests(|root| &mut root.schedule, &notice) {
            ctx.run_later(delay, |root, ctx| root.start_schedule(ctx));
        }
    }
}
