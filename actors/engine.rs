//! The engine as the service holds it.

use std::sync::Arc;
use std::time::Duration;

pub use crate::chatbot::session::handle::{Recovered, Since, Welcome};
pub use crate::chatbot::session::{
    Activity, CloseReason, Command, Delivery, Duplicate, Item, ListenerId, Listening, Opening, Outlet, Reply,
    Responder, SessionHandle,
};
pub use crate::chatbot::{ChatbotHandle, ChatbotView};
pub use crate::kernel::{ActorKind, KindCount, Tree};

use actix::Addr;
use actix_rt::Arbiter;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::Instant;

use crate::billing::LeaseCount;
use crate::chatbot::session::session_snapshot;
use crate::exchange::ExchangeHandle;
use crate::exchange::wire::News;
use crate::journal::{Flush, JournalGate, Whose};
use crate::kernel::{Census, deliver, start_here};
use crate::limits::Limits;
use crate::model::{AccountId, ChatbotId, Job, JobId, Refusal, SessionId};
use crate::ports::Ports;
use crate::schedule::ClaimJobs;
use crate::supervisor::handle::{CancelJob, DrainTree, FindChatbot, Finish, PauseJob};
use crate::supervisor::{Directory, ROOT, Shared, Supervisor};

/// The way to everything that lives. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    root: Addr<Supervisor>,
    shared: Shared,
}

/// Numbers of a running engine.
#[derive(Debug, Clone)]
pub struct EngineMetrics {
    /// By kind of actor.
    pub kinds: Vec<KindCount>,
}

/// How an engine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// When it has ended, whatever hangs.
    pub within: Duration,
    /// The time over which listeners are sent away, one conversation after the other, so that they don't all come back
    /// at once. Few conversations take less, 10 ms each; none takes more than half of the time there is.
    pub spread: Duration,
}

/// Between two conversations whose listeners are sent away, at most.
const PAUSE_MAX: Duration = Duration::from_millis(10);

/// How often a draining engine looks whether everybody has left.
const LOOK_EVERY: Duration = Duration::from_millis(10);

impl Engine {
    /// Starts the root. Must be called on a thread with an actix arbiter; the root and what it starts by itself live
    /// there.
    #[must_use]
    pub fn start(ports: Ports, limits: Limits) -> Self {
        let (limits, census) = (Arc::new(limits), Census::default());
        let journal = JournalGate::new(ports.clone(), Arc::clone(&limits), census.clone(), ROOT);
        let directory = Arc::new(Directory::default());
        let exchange = ports.cluster.clone().map(|cluster| Arc::new(ExchangeHandle::new(cluster)));
        let readings = Arc::new(Semaphore::new(limits.session_readings_max));
        let shared = Shared { ports, limits, census, directory, journal, readings, exchange };
        let root = start_here(Supervisor::new(shared.clone()), shared.limits.actor_mailbox_len);
        Self { root, shared }
    }

    /// The chatbot, started on the caller's thread where it does not live yet.
    ///
    /// # Errors
    /// When it does not exist, is isolated after repeated failures, or can't be read now.
    pub async fn chatbot(&self, id: ChatbotId) -> Result<Arc<ChatbotHandle>, Refusal> {
        if let Some(chatbot) = self.shared.directory.chatbot(id) {
            return Ok(chatbot);
        }
        let (asker, answer) = oneshot::channel();
        let arbiter = Arbiter::current();
        self.root.try_send(FindChatbot { id, arbiter, asker }).map_err(|_| Refusal::overloaded())?;
        answer.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    /// A configuration was stored, or the chatbot was deleted: its live actor reads it again and publishes it.
    pub fn chatbot_changed(&self, id: ChatbotId) {
        self.shared.directory.config_changed(id);
        self.shared.announce(News::ConfigChanged(id));
    }

    /// Clears away what is remembered of conversations that were deleted with their chatbot.
    pub fn forget_sessions(&self, ids: Vec<SessionId>) -> impl Future<Output = ()> + use<> {
        let snapshots = Arc::clone(&self.shared.ports.snapshots);
        async move {
            for id in ids {
                if let Err(error) = snapshots.forget(session_snapshot(id)).await {
                    tracing::warn!(session.id = %id, error = ?error, "the snapshot of a deleted session is left");
                }
            }
        }
    }

    /// A source was deleted: the chatbot's index is built again.
    pub fn knowledge_changed(&self, id: ChatbotId) {
        self.shared.directory.knowledge_changed(id);
        self.shared.announce(News::KnowledgeChanged(id));
    }

    /// The account's plan has changed.
    pub fn plan_changed(&self, id: AccountId) {
        if let Some(account) = self.shared.directory.account(id) {
            account.renew();
        }
        self.shared.announce(News::PlanChanged(id));
    }

    /// The credits of a live account that this process holds.
    #[must_use]
    pub fn lease(&self, id: AccountId) -> Option<LeaseCount> {
        self.shared.directory.account(id).map(|account| account.lease().count())
    }

    /// A live account, as sessions hold it.
    #[cfg(test)]
    pub(crate) fn account(&self, id: AccountId) -> Option<Arc<crate::billing::AccountHandle>> {
        self.shared.directory.account(id)
    }

    /// The way to other processes, where there are any.
    #[cfg(test)]
    pub(crate) fn exchange(&self) -> Option<&ExchangeHandle> {
        self.shared.exchange.as_deref()
    }

    /// The journals of all threads.
    #[cfg(test)]
    pub(crate) fn journals(&self) -> Vec<crate::kernel::Mailbox<crate::journal::Journal>> {
        self.shared.journal.all()
    }

    /// A job was queued: it begins as soon as its turn comes.
    pub fn wake_jobs(&self) {
        if self.root.try_send(ClaimJobs).is_err() {
            tracing::debug!("the job begins when jobs are looked for next");
        }
    }

    /// Stops a job that runs here.
    ///
    /// # Errors
    /// When it does not run here.
    pub async fn cancel_job(&self, id: JobId) -> Result<(), Refusal> {
        let (asker, answer) = oneshot::channel();
        self.root.try_send(CancelJob { id, asker }).map_err(|_| Refusal::overloaded())?;
        answer.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    /// Halts a job that runs here.
    ///
    /// # Errors
    /// When it does not run here.
    pub async fn pause_job(&self, id: JobId) -> Result<(), Refusal> {
        let (asker, answer) = oneshot::channel();
        self.root.try_send(PauseJob { id, asker }).map_err(|_| Refusal::overloaded())?;
        answer.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    /// The newest state of a job, as it changes; none while it does not run here.
    #[must_use]
    pub fn watch_job(&self, id: JobId) -> watch::Receiver<Option<Job>> {
        self.shared.directory.watch_job(id)
    }

    /// Everybody alive, as a tree.
    #[must_use]
    pub fn tree(&self) -> Option<Tree> {
        self.shared.census.tree(ROOT)
    }

    /// Numbers for `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> EngineMetrics {
        EngineMetrics { kinds: self.shared.census.count() }
    }

    /// Everybody alive.
    #[must_use]
    pub const fn census(&self) -> &Census {
        &self.shared.census
    }

    /// The bounds in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Ends in order, within the deadline: over three quarters of it sessions let their answers finish, send their
    /// listeners away and write their snapshots; then what the journals hold is written, and in the last tenth
    /// everybody else ends. Nothing new begins meanwhile.
    pub async fn drain(&self, drain: Drain) {
        let Drain { within, spread } = drain;
        let began = Instant::now();
        let (flushed_by, until) = (began + within * 9 / 10, began + within);
        let sessions = u32::try_from(self.count(ActorKind::Session)).unwrap_or(u32::MAX);
        let spread = spread.min(PAUSE_MAX.saturating_mul(sessions)).min(within / 2);
        deliver(&self.root, DrainTree { grace: within * 3 / 4 - spread, spread });
        self.wait_until(flushed_by, |engine| {
            engine.count(ActorKind::Chatbot) + engine.count(ActorKind::Session) == 0
        })
        .await;
        for journal in self.shared.journal.all() {
            let (done, flushed) = oneshot::channel();
            journal.entrust(Flush { of: Whose::All, done });
            // A journal that can't write within the time has told every session so.
            let _ = tokio::time::timeout_at(flushed_by, flushed).await;
        }
        if let Some(recordings) = &self.shared.ports.recordings {
            // What is not written within the time is missing at the end of its recording, which then does not say that it is whole.
            let _ = tokio::time::timeout_at(flushed_by, recordings.flush()).await;
        }
        deliver(&self.root, Finish { until });
        self.wait_until(until, |engine| !engine.root.connected()).await;
    }

    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn tell_root(&self, strike: crate::supervisor::sabotage::Strike) {
        deliver(&self.root, strike);
    }

    async fn wait_until(&self, end: Instant, so: impl Fn(&Self) -> bool) {
        while !so(self) && Instant::now() < end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn count(&self, kind: ActorKind) -> u64 {
        self.shared.census.count().iter().find(|count| count.kind == kind).map_or(0, |count| count.living)
    }
}
