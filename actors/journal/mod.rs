//! Group commit: what sessions want kept arrives here and leaves for the store in few, large transactions. Child of
//! the root, one for each thread that serves sessions, so that a turn crosses no thread on its way.
//!
//! While one transaction is under way, what arrives gathers for the next. Nothing waits for a clock, but for records that
//! are acknowledged before they are stored: for these nobody waits, and a larger transaction costs each of them less.

mod effect;
mod gate;
pub mod handle;
mod snapshot;
pub mod state;

pub use gate::{JournalGate, ShardId};
pub use handle::{Append, Flush, Whose};
pub use snapshot::{Promise, RecordFate};

use std::sync::Arc;

use actix::{Actor, Context};

use self::state::JournalState;
use crate::kernel::{Birth, Life};
use crate::limits::Limits;
use crate::ports::Ports;

/// The actor.
pub struct Journal {
    life: Life<ShardId>,
    ports: Ports,
    limits: Arc<Limits>,
    state: JournalState<Promise>,
    gathering: Gathering,
    flushed: Vec<Flush>,
}

/// Whether the next batch is being gathered already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gathering {
    No,
    Yes,
}

impl Journal {
    /// Makes the actor; `birth` enters it into the census.
    #[must_use]
    pub fn new(birth: Birth<ShardId>, ports: Ports, limits: Arc<Limits>) -> Self {
        let state =
            JournalState::new(limits.journal_queue_len, limits.journal_batch_len, limits.journal_retry);
        Self { life: Life::begin(birth), ports, limits, state, gathering: Gathering::No, flushed: Vec::new() }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<ShardId> {
        &self.life
    }
}

impl Actor for Journal {
    type Context = Context<Self>;
}
