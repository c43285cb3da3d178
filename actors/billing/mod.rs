//! One billing account in this process: its plan, and the credits that the ledger lent to it. Child of the root.
//!
//! Sessions take credits from the [`Lease`] without a mailbox; only an empty lease makes them ask here, and the account
//! asks the ledger once for all of them. The ledger decides, over all processes; what is known here is a share of it that
//! ends by itself when this process falls silent.

mod book;
mod effect;
pub mod handle;
mod holding;
mod lease;
mod snapshot;
pub mod state;
#[cfg(test)]
mod tests;

pub use book::{AskOthers, Book, Decision, OtherLease, OwnLease, decide};
pub(crate) use effect::read_account;
pub use handle::{GiveBack, Refill, Renew};
pub use lease::{AskedAt, Lease, LeaseCount, Reservation};

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context};
use arc_swap::ArcSwap;
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::state::BillingState;
use crate::kernel::{Birth, Life, Mailbox};
use crate::limits::Limits;
use crate::model::{AccountId, Refusal};
use crate::ports::{Ports, Recall};

/// How often an account looks whether it has been idle; then it gives back what it does not use.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The actor.
pub struct BillingAccount {
    life: Life<AccountId>,
    id: AccountId,
    ports: Ports,
    limits: Arc<Limits>,
    lease: Arc<Lease>,
    state: BillingState,
    /// Those whom the next claim is for.
    fresh: VecDeque<Asker>,
    /// Those whom the claim under way is for, or who wait for others to give back, with the end of their patience.
    asked: VecDeque<(Instant, Asker)>,
    claim: Claim,
    recall: Recall,
    report: Report,
    /// Credits taken at the last look.
    taken_before: u64,
}

/// Somebody who found the lease empty.
type Asker = oneshot::Sender<Result<(), Refusal>>;

/// Whether the ledger is being asked: one claim at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    None,
    UnderWay,
    /// Other processes were asked to give back; the ledger is asked again in a moment.
    Paused,
}

/// Whether the ledger must hear of this process although nobody wants a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Report {
    None,
    Due,
}

impl BillingAccount {
    /// Makes the actor with what the ledger says; `birth` enters it into the census.
    #[must_use]
    pub fn new(
        birth: Birth<AccountId>,
        (ports, limits): (Ports, Arc<Limits>),
        lease: Arc<Lease>,
        state: BillingState,
    ) -> Self {
        let id = birth.key;
        lease.follow(state.limit());
        let taken_before = lease.taken();
        Self {
            life: Life::begin(birth),
            id,
            ports,
            limits,
            lease,
            state,
            fresh: VecDeque::new(),
            asked: VecDeque::new(),
            claim: Claim::None,
            recall: Recall::Begin,
            report: Report::None,
            taken_before,
        }
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
        ctx.run_interval(LOOK_EVERY, |account, ctx| account.give_back_if_idle(ctx));
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

    /// Takes so many credits, or none.
    ///
    /// # Errors
    /// When the account has fewer left in this period, or can't be asked now.
    pub async fn reserve_all(&self, count: usize) -> Result<Vec<Reservation>, Refusal> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            match self.reserve() {
                Some(credit) => taken.push(credit),
                None => self.refill().await?,
            }
        }
        Ok(taken)
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

    /// Another process wants what is not used here.
    pub(crate) fn give_back(&self) {
        if self.mailbox.load().tell(GiveBack).is_err() {
            tracing::debug!(account.id = %self.id, "the account is asked again when its lease is looked at next");
        }
    }

    pub(crate) fn moved_to(&self, mailbox: Mailbox<BillingAccount>) {
        self.mailbox.store(Arc::new(mailbox));
    }
}
