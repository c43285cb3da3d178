//! Every key in Redis, with how long it lives. The part in braces is what Redis Cluster chooses the node by: all keys of
//! one thing lie together.

use std::time::Duration;

use aihio_actors::ports::SnapshotKey;

/// A key and its time to live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) time_to_live: Duration,
}

/// What an actor remembered last, or what lies beside it. An hour is longer than most conversations pause; after it the store is asked.
pub(super) fn snapshot(of: SnapshotKey) -> Key {
    Key {
        name: format!("aihio:snapshot:{}:{{{}}}", of.kind, of.id.simple()),
        time_to_live: Duration::from_secs(60 * 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_s_tag_is_the_id() {
        let key = snapshot(SnapshotKey { kind: "session", id: uuid::Uuid::from_u128(1) });
        assert_eq!(key.name, "aihio:snapshot:session:{00000000000000000000000000000001}");
    }
}
