//! The shelf of a process alone.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use aihio_actors::ports::{Snapshot, SnapshotKey};
use async_trait::async_trait;

use super::snapshots::Shelf;

/// A shelf in this process's memory, of so many bytes. When it is full, what was touched longest ago goes.
#[derive(Debug)]
pub struct MemoryShelf {
    bytes_max: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    items: HashMap<SnapshotKey, Item>,
    /// Touches, oldest first. A touch that is not its item's last counts for nothing.
    touches: VecDeque<(SnapshotKey, u64)>,
    last_touch: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Item {
    snapshot: Snapshot,
    touch: u64,
}

/// What an item weighs beside its bytes: keys, places in the map and the queue. An estimate on the safe side.
const ITEM_OVERHEAD_BYTES: usize = 256;

impl MemoryShelf {
    /// An empty shelf that holds up to `bytes_max`.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, inside: Mutex::default() }
    }

    /// A panic elsewhere can't leave the shelf half-changed in a way that matters: it may forget anything.
    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Shelf for MemoryShelf {
    async fn put(&self, key: SnapshotKey, snapshot: &Snapshot) {
        let mut inside = self.inside();
        if inside.items.get(&key).is_some_and(|item| item.snapshot.seq > snapshot.seq) {
            return;
        }
        inside.remove(key);
        inside.bytes += weight(snapshot);
        let touch = inside.touch(key);
        inside.items.insert(key, Item { snapshot: snapshot.clone(), touch });
        while inside.bytes > self.bytes_max && inside.drop_oldest() {}
    }

    async fn get(&self, key: SnapshotKey) -> Option<Snapshot> {
        let mut inside = self.inside();
        let touch = inside.touch(key);
        let item = inside.items.get_mut(&key)?;
        item.touch = touch;
        Some(item.snapshot.clone())
    }

    async fn clear(&self, key: SnapshotKey) {
        self.inside().remove(key);
    }
}

impl Inside {
    fn touch(&mut self, key: SnapshotKey) -> u64 {
        self.last_touch += 1;
        self.touches.push_back((key, self.last_touch));
        // Stale touches would pile up where few items are read often.
        if self.touches.len() > 2 * self.items.len() + 64 {
            let (items, last) = (&self.items, self.last_touch);
            self.touches.retain(|(key, touch)| {
                *touch == last || items.get(key).is_some_and(|item| item.touch == *touch)
            });
        }
        self.last_touch
    }

    fn remove(&mut self, key: SnapshotKey) {
        if let Some(item) = self.items.remove(&key) {
            self.bytes -= weight(&item.snapshot);
        }
    }

    /// Whether there was anything to drop.
    fn drop_oldest(&mut self) -> bool {
        while let Some((key, touch)) = self.touches.pop_front() {
            if self.items.get(&key).is_some_and(|item| item.touch == touch) {
                self.remove(key);
                return true;
            }
        }
        false
    }
}

fn weight(snapshot: &Snapshot) -> usize {
    snapshot.bytes.len() + ITEM_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u128) -> SnapshotKey {
        SnapshotKey { kind: "session", id: uuid::Uuid::from_u128(id) }
    }

    fn snapshot(seq: u64) -> Snapshot {
        Snapshot { version: 1, seq, bytes: vec![0; 744].into() }
    }

    #[tokio::test]
    async fn a_full_shelf_lets_go_of_what_was_touched_longest_ago() {
        let shelf = MemoryShelf::new(3_000);
        for id in 1..=3 {
            shelf.put(key(id), &snapshot(1)).await;
        }
        assert!(shelf.get(key(1)).await.is_some());
        shelf.put(key(4), &snapshot(1)).await;
        assert!(shelf.get(key(2)).await.is_none());
        for id in [1, 3, 4] {
            assert!(shelf.get(key(id)).await.is_some(), "{id}");
        }
    }

    #[tokio::test]
    async fn touches_do_not_pile_up() {
        let shelf = MemoryShelf::new(3_000);
        shelf.put(key(1), &snapshot(1)).await;
        for _ in 0..10_000 {
            shelf.get(key(1)).await;
            shelf.get(key(2)).await;
        }
        assert!(shelf.inside().touches.len() < 100);
        shelf.clear(key(1)).await;
        assert_eq!(shelf.inside().bytes, 0);
    }
}
