//! What actors remember between lives.

use async_trait::async_trait;
use bytes::Bytes;
use uuid::Uuid;

use super::PortError;

/// Whose memory it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SnapshotKey {
    /// The kind of actor, such as `session`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
}

/// An actor's memory at one point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The layout of `bytes`; the actor refuses versions that it doesn't know.
    pub version: u16,
    /// The position of the last event that it includes; 0 where there are none.
    pub seq: u64,
    /// The memory itself.
    pub bytes: Bytes,
}

/// Where snapshots are kept. The newest one counts; older ones may be forgotten.
#[async_trait]
pub trait Snapshots: Send + Sync {
    /// Keeps a snapshot in place of the last one, unless that one has a higher `seq`.
    ///
    /// # Errors
    /// When it can't be kept.
    async fn save(&self, key: SnapshotKey, snapshot: Snapshot) -> Result<(), PortError>;

    /// The newest snapshot.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn load(&self, key: SnapshotKey) -> Result<Option<Snapshot>, PortError>;

    /// A snapshot that is at hand without asking the store, perhaps not the newest.
    async fn at_hand(&self, key: SnapshotKey) -> Option<Snapshot>;

    /// Forgets.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn forget(&self, key: SnapshotKey) -> Result<(), PortError>;
}
