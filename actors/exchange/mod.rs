//! Where conversations cross between processes: listeners here hear sessions elsewhere, and listeners elsewhere hear
//! sessions here. Child of the root, the only one of a process that shares the conversations with others; a process
//! alone has none.
//!
//! Everything passes through this one actor, a message each, in order. A line to another node may lose what is said on
//! it: then both ends give up what hung on it, listeners attach again and recover by position, and commands under way
//! are refused as temporary.

mod deaf;
mod effect;
pub mod handle;
mod hearing;
mod reach;
mod snapshot;
pub mod state;
pub mod wire;

pub use reach::{Elsewhere, ExchangeHandle};

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context, SpawnHandle};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::deaf::Deaf;
use self::snapshot::{Away, Guest};
use self::state::Lines;
use self::wire::{AskId, News, Place, Presence, Word};
use crate::chatbot::session::handle::Welcome;
use crate::chatbot::session::{ListenerId, Outlet, Responder, SessionHandle};
use crate::kernel::{Birth, Life};
use crate::model::{NodeId, Refusal, SessionId};
use crate::ports::Cluster;

/// Who lives in this process, as the exchange needs to know.
pub trait Residents: Send + Sync {
    /// The session, if it lives here.
    fn session(&self, place: Place) -> Option<SessionHandle>;

    /// All sessions that live here.
    fn sessions(&self) -> Vec<SessionId>;

    /// Another node owns the session: it ends here, and its listeners are told to come back.
    fn give_up(&self, session: SessionId);

    /// Follows what another node tells.
    fn follow(&self, news: News);

    /// News may have been missed: everything that follows them is read again.
    fn refresh(&self);
}

/// The key of the only exchange of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TheExchange;

/// The actor.
pub struct Exchange {
    life: Life<TheExchange>,
    cluster: Arc<dyn Cluster>,
    deaf: Arc<Deaf>,
    residents: Arc<dyn Residents>,
    lines: Lines<Word>,
    /// What was asked of other nodes.
    asks: HashMap<AskId, Ask>,
    /// Listeners here of sessions elsewhere.
    away: HashMap<ListenerId, Away>,
    /// Listeners elsewhere of sessions here.
    guests: HashMap<(NodeId, ListenerId), Guest>,
    /// Nodes that may be dead, and how they are asked.
    doubted: HashMap<NodeId, SpawnHandle>,
    /// Sessions of which the others are to be told that they live here.
    unheld: Vec<SessionId>,
    holding: Busy,
    beating: Busy,
    looks: u32,
    last_ask: AskId,
    last_listener: u64,
}

/// A question under way. Dropped unanswered, it says to whoever asked that it was interrupted.
struct Ask {
    to: NodeId,
    listener: Option<ListenerId>,
    until: Instant,
    answer: Answer,
}

enum Answer {
    /// None where nobody was there to take the question.
    Presence(oneshot::Sender<Option<Presence>>),
    Welcome(oneshot::Sender<Result<Welcome, Refusal>>, Arc<Outlet>),
    Reply(Responder),
}

/// Whether something is under way that must not be begun twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    No,
    Yes,
}

/// Words that may wait for one node.
const WAITING_MAX: usize = 16_384;
/// How often the exchange looks at its lines while one lease runs, and how often it renews its own.
const LOOKS_PER_LEASE: u32 = 10;
const LOOKS_PER_BEAT: u32 = 2;
/// How often the others are told of all sessions that live here, lest they forget. Far below what they remember.
const HOLD_AGAIN: Duration = Duration::from_secs(15 * 60);

impl Exchange {
    /// Makes the actor; `birth` enters it into the census.
    #[must_use]
    pub(crate) fn new(
        birth: Birth<TheExchange>,
        reach: &ExchangeHandle,
        residents: Arc<dyn Residents>,
    ) -> Self {
        Self {
            life: Life::begin(birth),
            cluster: Arc::clone(reach.cluster()),
            deaf: Arc::clone(reach.deaf()),
            residents,
            lines: Lines::new(WAITING_MAX),
            asks: HashMap::new(),
            away: HashMap::new(),
            guests: HashMap::new(),
            doubted: HashMap::new(),
            unheld: Vec::new(),
            holding: Busy::No,
            beating: Busy::No,
            looks: 0,
            last_ask: 0,
            last_listener: 0,
        }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<TheExchange> {
        &self.life
    }

    fn look_every(&self) -> Duration {
        (self.cluster.lease() / LOOKS_PER_LEASE).max(Duration::from_millis(10))
    }
}

impl Actor for Exchange {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.listen(ctx);
        self.beat(ctx);
        // An earlier life may have been told of sessions and have told nobody.
        self.unheld = self.residents.sessions();
        ctx.run_interval(self.look_every(), Self::look);
    }
}
