//! The newest events of conversations, with a shelf in front of the journal: whoever comes back to a conversation again
//! and again is told what it missed without the store being asked for all of it each time.

use std::sync::Arc;

use aihio_actors::model::{Event, Seq, SessionId};
use aihio_actors::ports::{Journal, Outcome, PortError, Record, Snapshot, SnapshotKey, Waking, Woken};
use async_trait::async_trait;
use uuid::Uuid;

use super::snapshots::Shelf;

/// The layout of what is laid down: a JSON array of events.
const VERSION: u16 = 1;

/// Events of a conversation that are kept at hand.
const EVENTS_MAX: usize = 200;

/// Where a conversation's newest events lie.
pub(super) const fn beside(session: Uuid) -> SnapshotKey {
    SnapshotKey { kind: "chat", id: session }
}

/// The store's journal, with a shelf in front of what is read.
///
/// Stored events never change, so what lies on the shelf is true however old it is; what came after it is always asked
/// of the store.
pub struct ShelvedJournal {
    shelf: Arc<dyn Shelf>,
    store: Arc<dyn Journal>,
}

impl ShelvedJournal {
    /// Puts the shelf in front of the journal.
    #[must_use]
    pub fn new(shelf: Arc<dyn Shelf>, store: Arc<dyn Journal>) -> Self {
        Self { shelf, store }
    }

    /// What lies on the shelf without a hole between it and `after`.
    async fn at_hand(&self, session: SessionId, after: Seq) -> Vec<Event> {
        let Some(snapshot) = self.shelf.get(beside(session.as_uuid())).await else { return Vec::new() };
        let events: Vec<Event> = match snapshot.version {
            VERSION => serde_json::from_slice(&snapshot.bytes).unwrap_or_default(),
            _ => Vec::new(),
        };
        let begins = events.first().is_some_and(|first| first.seq <= after.next());
        let ends = events.last().is_some_and(|last| last.seq >= after);
        if begins && ends { events } else { Vec::new() }
    }

    async fn lay_down(&self, session: SessionId, events: &[Event]) {
        let newest = events.get(events.len().saturating_sub(EVENTS_MAX)..).unwrap_or_default();
        let (Some(last), Ok(bytes)) = (newest.last(), serde_json::to_vec(newest)) else { return };
        let snapshot = Snapshot { version: VERSION, seq: last.seq.0, bytes: bytes.into() };
        self.shelf.put(beside(session.as_uuid()), &snapshot).await;
    }
}

#[async_trait]
impl Journal for ShelvedJournal {
    async fn append(&self, records: &[Record]) -> Result<Vec<Outcome>, PortError> {
        self.store.append(records).await
    }

    async fn wake(&self, waking: Waking) -> Result<Option<Woken>, PortError> {
        self.store.wake(waking).await
    }

    async fn tail(&self, session: SessionId, after: Seq, limit: u32) -> Result<Vec<Event>, PortError> {
        let mut events = self.at_hand(session, after).await;
        let known = events.last().map_or(after, |last| last.seq);
        let fresh = self.store.tail(session, known, limit).await?;
        if !fresh.is_empty() {
            events.extend(fresh);
            self.lay_down(session, &events).await;
        }
        events.retain(|event| event.seq > after);
        events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(events)
    }
}
