//! The newest snapshot counts.

use aihio_actors::ports::{Snapshot, SnapshotKey, Snapshots};

use super::fixture::id;
use crate::support::store::TestStore;

on_both!(the_newest_snapshot_counts);

async fn the_newest_snapshot_counts(store: TestStore) {
    keeps_the_newest(&*store).await;
}

/// What every place for snapshots does.
pub(crate) async fn keeps_the_newest(snapshots: &dyn Snapshots) {
    let key = SnapshotKey { kind: "session", id: id() };
    let at = |seq, bytes: &'static [u8]| Snapshot { version: 3, seq, bytes: bytes.into() };
    assert_eq!(snapshots.load(key).await.unwrap(), None);
    snapshots.save(key, at(5, b"five\0\xff")).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), Some(at(5, b"five\0\xff")));
    snapshots.save(key, at(4, b"late")).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), Some(at(5, b"five\0\xff")));
    snapshots.save(key, at(5, b"again")).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), Some(at(5, b"again")));
    snapshots.save(key, at(9, b"")).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), Some(at(9, b"")));
    let other_kind = SnapshotKey { kind: "chatbot", ..key };
    assert_eq!(snapshots.load(other_kind).await.unwrap(), None);
    snapshots.forget(key).await.unwrap();
    snapshots.forget(key).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), None);
}
