//! One process's view of the store in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::MemoryStore;
use crate::model::{AccountId, Event, NodeId, Seq, SessionId, Timestamp};
use crate::ports::{
    Journal, LeaseClaim, LeaseGrant, Ledger, Outcome, PeriodUsage, PortError, Record, Renewed, Waking, Woken,
};

/// The ports for which it matters who calls.
pub struct StoreView {
    store: Arc<MemoryStore>,
    node: NodeId,
}

impl StoreView {
    /// A process of that name.
    #[must_use]
    pub const fn new(store: Arc<MemoryStore>, node: NodeId) -> Self {
        Self { store, node }
    }
}

#[async_trait]
impl Journal for StoreView {
    async fn append(&self, records: &[Record]) -> Result<Vec<Outcome>, PortError> {
        self.store.append(self.node, records).await
    }

    async fn wake(&self, waking: Waking) -> Result<Option<Woken>, PortError> {
        self.store.wake(waking).await
    }

    async fn tail(&self, session: SessionId, after: Seq, limit: u32) -> Result<Vec<Event>, PortError> {
        self.store.tail(session, after, limit).await
    }
}

#[async_trait]
impl Ledger for StoreView {
    async fn period(&self, account: AccountId, since: Timestamp) -> Result<Option<PeriodUsage>, PortError> {
        self.store.period(account, since).await
    }

    async fn claim(&self, claim: &LeaseClaim) -> Result<Option<LeaseGrant>, PortError> {
        self.store.claim(self.node, claim).await
    }

    async fn renew(&self, lasts: Duration) -> Result<Vec<Renewed>, PortError> {
        self.store.renew(self.node, lasts).await
    }

    async fn roll_up(&self, _: Timestamp) -> Result<u64, PortError> {
        self.store.roll_up().await
    }

    async fn prepare_partitions(&self, _: Timestamp) -> Result<(), PortError> {
        self.store.prepare_partitions().await
    }
}
