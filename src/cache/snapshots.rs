//! Snapshots with a shelf in front: written through, read from the shelf first.

use std::sync::Arc;

use aihio_actors::ports::{PortError, Snapshot, SnapshotKey, Snapshots};
use async_trait::async_trait;

use super::chats;

/// A place that is quick and may forget. It fails by not having.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Lays a snapshot down, unless one with a higher `seq` lies there.
    async fn put(&self, key: SnapshotKey, snapshot: &Snapshot);

    /// What lies there.
    async fn get(&self, key: SnapshotKey) -> Option<Snapshot>;

    /// Clears the place.
    async fn clear(&self, key: SnapshotKey);
}

/// The store's snapshots, with a shelf in front.
///
/// A shelf that missed a write may hold an older snapshot than the store. That is no harm: an actor wakes from what it
/// gets and reads the events after it from the journal.
pub struct ShelvedSnapshots {
    shelf: Arc<dyn Shelf>,
    store: Arc<dyn Snapshots>,
}

impl ShelvedSnapshots {
    /// Puts the shelf in front of the store.
    #[must_use]
    pub fn new(shelf: Arc<dyn Shelf>, store: Arc<dyn Snapshots>) -> Self {
        Self { shelf, store }
    }
}

#[async_trait]
impl Snapshots for ShelvedSnapshots {
    async fn save(&self, key: SnapshotKey, snapshot: Snapshot) -> Result<(), PortError> {
        self.store.save(key, snapshot.clone()).await?;
        self.shelf.put(key, &snapshot).await;
        Ok(())
    }

    async fn load(&self, key: SnapshotKey) -> Result<Option<Snapshot>, PortError> {
        if let Some(snapshot) = self.shelf.get(key).await {
            return Ok(Some(snapshot));
        }
        let stored = self.store.load(key).await?;
        if let Some(snapshot) = &stored {
            self.shelf.put(key, snapshot).await;
        }
        Ok(stored)
    }

    async fn at_hand(&self, key: SnapshotKey) -> Option<Snapshot> {
        self.shelf.get(key).await
    }

    async fn forget(&self, key: SnapshotKey) -> Result<(), PortError> {
        self.store.forget(key).await?;
        self.shelf.clear(key).await;
        self.shelf.clear(chats::beside(key.id)).await;
        Ok(())
    }
}
