//! The way to the journal of one's own thread.

use std::sync::{Arc, OnceLock};
use std::thread::ThreadId;

use actix::Recipient;
use actix_rt::ArbiterHandle;
use dashmap::DashMap;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Append, Flush, Journal, Whose};
use crate::kernel::{ActorKey, ActorKind, Birth, Census, ChildDown, Generation, Mailbox, start_on};
use crate::limits::Limits;
use crate::model::SessionId;
use crate::ports::Ports;

/// Which journal.
pub type ShardId = Uuid;

/// All journals of one engine. Whoever appends reaches the one of its own thread; the first one to do so on a thread
/// starts it.
#[derive(Clone)]
pub struct JournalGate(Arc<Shared>);

struct Shared {
    ports: Ports,
    limits: Arc<Limits>,
    census: Census,
    parent: ActorKey,
    notify: OnceLock<Recipient<ChildDown<ShardId>>>,
    shards: DashMap<ThreadId, Shard>,
}

struct Shard {
    id: ShardId,
    mailbox: Mailbox<Journal>,
    arbiter: ArbiterHandle,
}

impl JournalGate {
    /// No journals yet.
    #[must_use]
    pub fn new(ports: Ports, limits: Arc<Limits>, census: Census, parent: ActorKey) -> Self {
        let (notify, shards) = (OnceLock::new(), DashMap::new());
        Self(Arc::new(Shared { ports, limits, census, parent, notify, shards }))
    }

    /// Says whom to tell when a journal ends. Before that, none is started.
    pub(crate) fn report_to(&self, notify: Recipient<ChildDown<ShardId>>) {
        let _ = self.0.notify.set(notify);
    }

    /// Hands a record to this thread's journal. Its promise is kept in any case: where the journal is full or gone,
    /// it is dropped at once.
    pub fn append(&self, append: Append) {
        if let Some(mailbox) = self.local() {
            let _ = mailbox.tell(append);
        }
    }

    fn local(&self) -> Option<Mailbox<Journal>> {
        let thread = std::thread::current().id();
        if let Some(shard) = self.0.shards.get(&thread) {
            return Some(shard.mailbox.clone());
        }
        let arbiter = actix_rt::Arbiter::try_current()?;
        let id = self.0.ports.dice.id(self.0.ports.clock.now());
        let mailbox = self.start(id, Generation(0), &arbiter)?;
        self.0.shards.insert(thread, Shard { id, mailbox: mailbox.clone(), arbiter });
        Some(mailbox)
    }

    fn start(
        &self,
        id: ShardId,
        generation: Generation,
        arbiter: &ArbiterHandle,
    ) -> Option<Mailbox<Journal>> {
        let shared = &self.0;
        let actor = ActorKey { kind: ActorKind::Journal, id };
        let notify = shared.notify.get()?.clone();
        let birth = Birth {
            key: id,
            actor,
            parent: Some(shared.parent),
            generation,
            notify,
            census: shared.census.clone(),
        };
        let journal = Journal::new(birth, shared.ports.clone(), Arc::clone(&shared.limits));
        let vital = Arc::clone(journal.life().vital());
        let addr = start_on(arbiter, journal, shared.limits.journal_queue_len);
        Some(Mailbox::new(addr, ActorKind::Journal, vital, shared.census.clone()))
    }

    /// Starts a journal that ended anew, on its thread.
    pub(crate) fn restart(&self, id: ShardId, generation: Generation) -> Option<Mailbox<Journal>> {
        let mut shard = self.0.shards.iter_mut().find(|shard| shard.id == id)?;
        let mailbox = self.start(id, generation, &shard.arbiter)?;
        shard.mailbox = mailbox.clone();
        Some(mailbox)
    }

    /// The journal, as its supervisor enters it.
    pub(crate) fn find(&self, id: ShardId) -> Option<Mailbox<Journal>> {
        self.0.shards.iter().find(|shard| shard.id == id).map(|shard| shard.mailbox.clone())
    }

    /// Waits until no journal holds a record of this session any more: each is stored, or given up.
    pub(crate) async fn settled(&self, session: SessionId) {
        for journal in self.all() {
            let (done, settled) = oneshot::channel();
            journal.entrust(Flush { of: Whose::Session(session), done });
            // A journal that ends meanwhile holds nothing any more.
            let _ = settled.await;
        }
    }

    /// All journals.
    pub(crate) fn all(&self) -> Vec<Mailbox<Journal>> {
        self.0.shards.iter().map(|shard| shard.mailbox.clone()).collect()
    }
}
