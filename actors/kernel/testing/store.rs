//! A store in memory. It outlives engines, as a database outlives processes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::Switch;
use super::credits::CreditBook;
use super::history::Histories;
use crate::chatbot::session::session_snapshot;
use crate::model::{
    AccountId, ChatbotId, ChatbotRecord, Chunk, ContentHash, Event, Job, JobId, NodeId, Plan, Receipt, Seq,
    SessionId, SourceId, Timestamp, UsageKind,
};
use crate::ports::{
    BlobKey, Blobs, Catalog, DueSource, Feedback, Knowledge, Lead, LeaseClaim, LeaseGrant, Outcome,
    PeriodUsage, PortError, Reading, Record, Renewed, Replaced, Snapshot, SnapshotKey, Snapshots, Standing,
    Waking, Woken,
};

/// Events that a session gets with its waking.
const WOKEN_MAX: u32 = 500;

#[derive(Default)]
pub(super) struct Tables {
    histories: Histories,
    snapshots: HashMap<SnapshotKey, Snapshot>,
    chatbots: HashMap<ChatbotId, ChatbotRecord>,
    readings: HashMap<SourceId, Reading>,
    replaced: usize,
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) claimed: HashSet<JobId>,
    pub(super) renewed: HashSet<JobId>,
    pub(super) saved: Vec<Job>,
    pub(super) due: Vec<DueSource>,
    plans: HashMap<AccountId, Plan>,
    rolled_up: usize,
    credits: CreditBook,
    blobs: HashMap<BlobKey, Bytes>,
}

/// All stores of the engine's ports, each with a switch.
pub struct MemoryStore {
    /// Of [`Journal::append`].
    pub appends: Switch,
    /// Of the journal's reads.
    pub histories: Switch,
    /// Of the snapshots.
    pub snapshots: Switch,
    /// Of the catalog.
    pub catalog: Switch,
    /// Of the knowledge.
    pub knowledge: Switch,
    /// Of the jobs.
    pub jobs: Switch,
    /// Of the ledger's plans and usage.
    pub ledger: Switch,
    /// Of the ledger's regular work.
    pub upkeep: Switch,
    /// Of the blobs.
    pub blobs: Switch,
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store that works.
    #[must_use]
    pub fn new() -> Self {
        Self {
            appends: Switch::working("journal"),
            histories: Switch::working("journal"),
            snapshots: Switch::working("snapshots"),
            catalog: Switch::working("catalog"),
            knowledge: Switch::working("knowledge"),
            jobs: Switch::working("jobs"),
            ledger: Switch::working("ledger"),
            upkeep: Switch::working("ledger"),
            blobs: Switch::working("blobs"),
            tables: Mutex::default(),
        }
    }

    /// Stores a chatbot, or its next version.
    pub fn put_chatbot(&self, record: ChatbotRecord) {
        self.tables().chatbots.insert(record.chatbot_id, record);
    }

    /// Deletes a chatbot.
    pub fn delete_chatbot(&self, id: ChatbotId) {
        self.tables().chatbots.remove(&id);
    }

    /// Puts an account on a plan.
    pub fn put_plan(&self, account: AccountId, plan: Plan) {
        self.tables().plans.insert(account, plan);
    }

    /// Another writer appends to a session's history.
    pub fn usurp(&self, session: SessionId, event: Event) {
        self.tables().histories.events.entry(session).or_default().push(event);
    }

    /// The stored history of a session.
    #[must_use]
    pub fn events(&self, session: SessionId) -> Vec<Event> {
        self.tables().histories.tail(session, Seq::START, u32::MAX)
    }

    /// The amounts of all usage rows of a kind.
    #[must_use]
    pub fn usage(&self, kind: UsageKind) -> Vec<u64> {
        self.tables().histories.usage.values().filter(|row| row.kind == kind).map(|row| row.amount).collect()
    }

    /// All receipts.
    #[must_use]
    pub fn receipts(&self) -> Vec<Receipt> {
        self.tables().histories.receipts.values().cloned().collect()
    }

    /// All judgements.
    #[must_use]
    pub fn feedback(&self) -> Vec<Feedback> {
        self.tables().histories.feedback.values().cloned().collect()
    }

    /// All filled-in forms.
    #[must_use]
    pub fn leads(&self) -> Vec<Lead> {
        self.tables().histories.leads.values().cloned().collect()
    }

    /// A snapshot, read past the switch.
    #[must_use]
    pub fn snapshot(&self, key: SnapshotKey) -> Option<Snapshot> {
        self.tables().snapshots.get(&key).cloned()
    }

    /// The current reading of a source.
    #[must_use]
    pub fn reading(&self, source: SourceId) -> Option<Reading> {
        self.tables().readings.get(&source).cloned()
    }

    /// How often a reading was put in force.
    #[must_use]
    pub fn readings_replaced(&self) -> usize {
        self.tables().replaced
    }

    /// How often usage was summed up.
    #[must_use]
    pub fn roll_ups(&self) -> usize {
        self.tables().rolled_up
    }

    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// Keeps what a process writes: with an answer's usage row its lease is lowered.
    pub(super) async fn append(&self, node: NodeId, records: &[Record]) -> Result<Vec<Outcome>, PortError> {
        self.appends.pass().await?;
        let mut tables = self.tables();
        let outcomes = records.iter().map(|record| {
            let answers = tables.histories.new_answers(record);
            let outcome = tables.histories.append(record);
            if outcome == Outcome::Kept {
                tables.credits.settle((record.account_id, node), answers);
            }
            outcome
        });
        let outcomes = outcomes.collect();
        self.appends.answer(outcomes)
    }

    pub(super) async fn wake(&self, waking: Waking) -> Result<Option<Woken>, PortError> {
        self.histories.pass().await?;
        let woken = self.tables().wake(&waking);
        self.snapshots.pass().await?;
        Ok(woken)
    }

    pub(super) async fn tail(
        &self,
        session: SessionId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Event>, PortError> {
        self.histories.pass().await?;
        Ok(self.tables().histories.tail(session, after, limit))
    }
}

#[async_trait]
impl Snapshots for MemoryStore {
    async fn save(&self, key: SnapshotKey, snapshot: Snapshot) -> Result<(), PortError> {
        self.snapshots.pass().await?;
        let mut tables = self.tables();
        if tables.snapshots.get(&key).is_none_or(|stored| stored.seq <= snapshot.seq) {
            tables.snapshots.insert(key, snapshot);
        }
        Ok(())
    }

    async fn load(&self, key: SnapshotKey) -> Result<Option<Snapshot>, PortError> {
        self.snapshots.pass().await?;
        Ok(self.tables().snapshots.get(&key).cloned())
    }

    async fn at_hand(&self, _: SnapshotKey) -> Option<Snapshot> {
        None
    }

    async fn forget(&self, key: SnapshotKey) -> Result<(), PortError> {
        self.snapshots.pass().await?;
        self.tables().snapshots.remove(&key);
        Ok(())
    }
}

#[async_trait]
impl Catalog for MemoryStore {
    async fn find(&self, chatbot: ChatbotId) -> Result<Option<ChatbotRecord>, PortError> {
        self.catalog.pass().await?;
        Ok(self.tables().chatbots.get(&chatbot).cloned())
    }
}

#[async_trait]
impl Knowledge for MemoryStore {
    async fn chunks(&self, chatbot: ChatbotId) -> Result<Vec<Chunk>, PortError> {
        self.knowledge.pass().await?;
        let tables = self.tables();
        let current = tables.readings.values().filter(|reading| reading.document.chatbot_id == chatbot);
        Ok(current.flat_map(|reading| reading.chunks.clone()).collect())
    }

    async fn content_hash(&self, source: SourceId) -> Result<Option<ContentHash>, PortError> {
        self.knowledge.pass().await?;
        Ok(self.tables().readings.get(&source).map(|reading| reading.document.content_hash))
    }

    async fn replace(&self, reading: Reading) -> Result<Replaced, PortError> {
        self.knowledge.pass().await?;
        let mut tables = self.tables();
        let limit = tables.plans.get(&reading.document.account_id).and_then(|plan| plan.stored_bytes);
        let others =
            tables.readings.values().filter(|kept| kept.document.source_id != reading.document.source_id);
        let kept: u64 = others.map(|kept| kept.document.text.len() as u64).sum();
        if let Some(limit) = limit.filter(|limit| kept + reading.document.text.len() as u64 > *limit) {
            return Ok(Replaced::NoRoom { limit, kept });
        }
        tables.replaced += 1;
        tables.readings.insert(reading.document.source_id, reading);
        Ok(Replaced::Done)
    }
}

impl MemoryStore {
    pub(super) async fn period(
        &self,
        account: AccountId,
        since: Timestamp,
    ) -> Result<Option<PeriodUsage>, PortError> {
        // As with a database, what is read is older than the moment in which it arrives.
        let usage = self.tables().usage(account, since);
        self.ledger.pass().await?;
        Ok(usage)
    }

    pub(super) async fn claim(
        &self,
        node: NodeId,
        claim: &LeaseClaim,
    ) -> Result<Option<LeaseGrant>, PortError> {
        let grant = {
            let mut tables = self.tables();
            let usage = tables.usage(claim.account, claim.since);
            usage.map(|usage| tables.credits.claim(node, claim, usage))
        };
        self.ledger.pass().await?;
        self.ledger.answer(grant)
    }

    pub(super) async fn renew(&self, node: NodeId, lasts: Duration) -> Result<Vec<Renewed>, PortError> {
        self.ledger.pass().await?;
        let renewed = self.tables().credits.renew(node, lasts);
        self.ledger.answer(renewed)
    }

    pub(super) async fn roll_up(&self) -> Result<u64, PortError> {
        self.upkeep.pass().await?;
        self.tables().rolled_up += 1;
        Ok(0)
    }

    pub(super) async fn prepare_partitions(&self) -> Result<(), PortError> {
        self.upkeep.pass().await
    }

    /// Whether the session was ever stored.
    #[must_use]
    pub fn opened(&self, session: SessionId) -> bool {
        self.tables().histories.find(session).is_some()
    }

    /// Credits that processes hold of an account.
    #[must_use]
    pub fn credits_out(&self, account: AccountId) -> i64 {
        self.tables().credits.out(account)
    }
}

impl Tables {
    fn wake(&mut self, waking: &Waking) -> Option<Woken> {
        let session = waking.session;
        let opened = match waking.standing {
            Standing::Owner => self.histories.find(session)?,
            Standing::NewOwner => self.histories.own(session)?,
        };
        let snapshot = self.snapshots.get(&session_snapshot(session));
        let snapshot = snapshot.filter(|snapshot| snapshot.seq > waking.remembers.0).cloned();
        let known = snapshot.as_ref().map_or(waking.remembers.0, |snapshot| snapshot.seq);
        let events = self.histories.tail(session, Seq(known.saturating_sub(waking.ring)), WOKEN_MAX);
        Some(Woken { opened, last: self.histories.last(session), snapshot, events })
    }

    fn usage(&self, account: AccountId, since: Timestamp) -> Option<PeriodUsage> {
        let answers = self.histories.answers_since(since);
        self.plans.get(&account).map(|plan| PeriodUsage { plan: plan.clone(), answers })
    }
}

#[async_trait]
impl Blobs for MemoryStore {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), PortError> {
        self.blobs.pass().await?;
        self.tables().blobs.insert(key.clone(), bytes);
        Ok(())
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, PortError> {
        self.blobs.pass().await?;
        Ok(self.tables().blobs.get(key).cloned())
    }

    async fn size(&self, key: &BlobKey) -> Result<Option<u64>, PortError> {
        Ok(self.get(key).await?.map(|bytes| bytes.len() as u64))
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), PortError> {
        self.blobs.pass().await.map(|()| drop(self.tables().blobs.remove(key)))
    }
}
