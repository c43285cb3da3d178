//! One billing account: its plan, what it has used, what it has lent out. Child of the root.
//!
//! Sessions take credits from the [`Lease`] without a mailbox; only an empty lease makes them ask here. The ledger is
//! the truth that an account is built from, in each life anew.

mod effect;
pub mod handle;
mod lease;
mod snapshot;
pub mod state;

pub use effect::SettledBefore;
pub(crate) use effect::read_account;
pub use handle::{Refill, Renew};
pub use lease::{Lease, LeaseCount, Reservation};

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context};
use arc_swap::ArcSwap;
use tokio::sync::oneshot;

use self::state::BillingState;
use crate::kernel::{Birth, Life, Mailbox};
use crate::limits::Limits;
use crate::model::{AccountId, Refusal};
use crate::ports::Ports;

/// How often an account looks whether a new month has begun.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The actor.
pub struct BillingAccount {
    life: Life<AccountId>,
    id: AccountId,
    ports: Ports,
    limits: Arc<Limits>,
    lease: Arc<Lease>,
    state: BillingState,
}

impl BillingAccount {
    /// Makes the actor with what the ledger says; `birth` enters it into the census.
    #[must_use]
    pub fn new(
        birth: Birth<AccountId>,
        (ports, limits): (Ports, Arc<Limits>),
        lease: Arc<Lease>,
        (state, before): (BillingState, SettledBefore),
    ) -> Self {
        let id = birth.key;
        let mut account = Self { life: Life::begin(birth), id, ports, limits, lease, state };
        account.take_back(before);
        account
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<AccountId> {
        &self.life
    }
}

impl Actor for BillingAccount {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(LOOK_EVERY, |account, ctx| account.renew_if_due(ctx));
    }
}

/// An account as sessions hold it.
#[derive(Debug)]
pub struct AccountHandle {
    id: AccountId,
    lease: Arc<Lease>,
    mailbox: ArcSwap<Mailbox<BillingAccount>>,
}

impl AccountHandle {
    pub(crate) fn new(id: AccountId, lease: Arc<Lease>, mailbox: Mailbox<BillingAccount>) -> Self {
        Self { id, lease, mailbox: ArcSwap::from_pointee(mailbox) }
    }

    /// Which account.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// Takes a credit, if this process has one at hand.
    #[must_use]
    pub fn reserve(&self) -> Option<Reservation> {
        self.lease.reserve()
    }

    /// The credits at hand.
    #[must_use]
    pub const fn lease(&self) -> &Arc<Lease> {
        &self.lease
    }

    /// Asks the account for more credits.
    ///
    /// # Errors
    /// When the account has none left in this period, or can't be asked now.
    pub async fn refill(&self) -> Result<(), Refusal> {
        let (asker, answer) = oneshot::channel();
        self.mailbox.load().tell(Refill { asker }).map_err(|_| Refusal::overloaded())?;
        answer.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    /// Reads plan and usage again, after the plan has changed.
    pub fn renew(&self) {
        if self.mailbox.load().tell(Renew).is_err() {
            tracing::debug!(account.id = %self.id, "the account reads its plan when it starts next");
        }
    }

    pub(crate) fn moved_to(&self, mailbox: Mailbox<BillingAccount>) {
        self.mailbox.store(Arc::new(mailbox));
    }
}
