//! The memory in front of the store holds what the store holds, or nothing.

use std::sync::Arc;

use aihio::cache::{MemoryShelf, RedisShelf, Shelf, ShelvedSnapshots};
use aihio_actors::ports::{Snapshot, SnapshotKey, Snapshots};

use super::fixture::id;
use super::snapshots::keeps_the_newest;
use crate::support::redis::{Redis, RedisCluster};
use crate::support::store::{self, TestStore};

fn snapshot(seq: u64) -> Snapshot {
    Snapshot { version: 1, seq, bytes: format!("at {seq}\0").into() }
}

fn behind(shelf: impl Shelf, store: &TestStore) -> impl Snapshots {
    ShelvedSnapshots::new(shelf, Arc::new((**store).clone()))
}

#[tokio::test]
async fn memory_keeps_the_newest() {
    keeps_the_newest(&behind(MemoryShelf::new(1 << 20), &store::sqlite().await)).await;
}

#[tokio::test]
async fn redis_keeps_the_newest() {
    let redis = Redis::start();
    keeps_the_newest(&behind(RedisShelf::connect(&redis.url()).unwrap(), &store::sqlite().await)).await;
}

#[tokio::test]
async fn a_redis_cluster_keeps_the_newest() {
    let redis = RedisCluster::start();
    keeps_the_newest(&behind(RedisShelf::connect(&redis.url()).unwrap(), &store::sqlite().await)).await;
    let shelf = RedisShelf::connect(&redis.url()).unwrap();
    for _ in 0..20 {
        let key = SnapshotKey { kind: "session", id: id() };
        shelf.put(key, &snapshot(1)).await;
        assert_eq!(shelf.get(key).await, Some(snapshot(1)), "whichever server the key lies on");
    }
}

#[tokio::test]
async fn what_one_node_saves_another_finds_in_redis() {
    let redis = Redis::start();
    let (here, there) =
        (RedisShelf::connect(&redis.url()).unwrap(), RedisShelf::connect(&redis.url()).unwrap());
    let key = SnapshotKey { kind: "session", id: id() };
    here.put(key, &snapshot(2)).await;
    there.put(key, &snapshot(1)).await;
    assert_eq!(there.get(key).await, Some(snapshot(2)));
    there.clear(key).await;
    assert_eq!(here.get(key).await, None);
}

#[tokio::test]
async fn without_redis_the_store_answers() {
    let (store, redis) = (store::sqlite().await, Redis::start());
    let snapshots = behind(RedisShelf::connect(&redis.url()).unwrap(), &store);
    let key = SnapshotKey { kind: "session", id: id() };
    snapshots.save(key, snapshot(1)).await.unwrap();
    drop(redis);
    snapshots.save(key, snapshot(2)).await.unwrap();
    assert_eq!(snapshots.load(key).await.unwrap(), Some(snapshot(2)));
    snapshots.forget(key).await.unwrap();
    assert_eq!(store.load(key).await.unwrap(), None);
}

#[tokio::test]
async fn a_forgetful_redis_is_filled_from_the_store() {
    let (store, redis) = (store::sqlite().await, Redis::start());
    let key = SnapshotKey { kind: "session", id: id() };
    store.save(key, snapshot(7)).await.unwrap();
    let snapshots = behind(RedisShelf::connect(&redis.url()).unwrap(), &store);
    assert_eq!(snapshots.load(key).await.unwrap(), Some(snapshot(7)));
    let shelf = RedisShelf::connect(&redis.url()).unwrap();
    assert_eq!(shelf.get(key).await, Some(snapshot(7)));
}
