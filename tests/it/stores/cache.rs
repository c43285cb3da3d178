//! The memory in front of the store holds what the store holds, or nothing.

use std::sync::Arc;

use aihio::cache::{MemoryShelf, RedisShelf, Shelf, ShelvedJournal, ShelvedSnapshots};
use aihio_actors::model::Seq;
use aihio_actors::ports::{Journal, Snapshot, SnapshotKey, Snapshots};

use super::fixture::{Conversation, chatbot, id, tenant, visitor_says};
use super::snapshots::keeps_the_newest;
use crate::support::redis::{Redis, RedisCluster};
use crate::support::store::{self, TestStore};

fn snapshot(seq: u64) -> Snapshot {
    Snapshot { version: 1, seq, bytes: format!("at {seq}\0").into() }
}

fn behind(shelf: impl Shelf + 'static, store: &TestStore) -> impl Snapshots {
    ShelvedSnapshots::new(Arc::new(shelf), Arc::new((**store).clone()))
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

#[tokio::test]
async fn a_conversation_reads_the_same_whatever_lies_on_the_shelf() {
    let store = store::sqlite().await;
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    let shelved = ShelvedJournal::new(Arc::new(MemoryShelf::new(1 << 20)), Arc::new((*store).clone()));
    let mut said = 0;
    for more in [1, 1, 3, 300, 2, 250, 1] {
        let events =
            (said + 1..=said + more).map(|seq| visitor_says(seq, &format!("c{seq}"), "hi")).collect();
        said += more;
        shelved.append(&[talk.events(events)]).await.unwrap();
        for after in [said - 1, said.saturating_sub(7), 0, said / 2, said] {
            for limit in [1, 5, 600] {
                let expected = store.tail(talk.id(), Seq(after), limit).await.unwrap();
                let read = shelved.tail(talk.id(), Seq(after), limit).await.unwrap();
                assert_eq!(read, expected, "{limit} after {after} of {said}");
            }
        }
    }
}

#[tokio::test]
async fn what_one_node_read_of_a_conversation_others_find_in_redis_until_it_is_forgotten() {
    let (store, redis) = (store::sqlite().await, Redis::start());
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let events: Vec<_> = (1..=3).map(|seq| visitor_says(seq, &format!("c{seq}"), "hi")).collect();
    store.append(&[talk.opens(), talk.events(events.clone())]).await.unwrap();
    let shelf = || Arc::new(RedisShelf::connect(&redis.url()).unwrap());
    let here = ShelvedJournal::new(shelf(), Arc::new((*store).clone()));
    here.tail(talk.id(), Seq::START, 500).await.unwrap();

    let empty = store::sqlite().await;
    let there = ShelvedJournal::new(shelf(), Arc::new((*empty).clone()));
    assert_eq!(there.tail(talk.id(), Seq::START, 500).await.unwrap(), events);

    let key = SnapshotKey { kind: "session", id: talk.id().as_uuid() };
    ShelvedSnapshots::new(shelf(), Arc::new((*store).clone())).forget(key).await.unwrap();
    assert_eq!(there.tail(talk.id(), Seq::START, 500).await.unwrap(), []);
}
