//! Every key in Redis, with how long it lives. The part in braces is what Redis Cluster chooses the node by: all keys of
//! one thing lie together.

use std::time::Duration;

use aihio_actors::model::{NodeId, SessionId};
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

/// Which node owns a session. Nodes say so again four times an hour; after it the session is free.
pub(super) fn owner(of: SessionId) -> Key {
    Key {
        name: format!("aihio:owner:{{{}}}", of.as_uuid().simple()),
        time_to_live: Duration::from_secs(60 * 60),
    }
}

/// A node's lease. How long it lives is a setting.
pub(super) fn lease(of: NodeId) -> String {
    format!("aihio:node:{{{}}}", of.as_uuid().simple())
}

/// The channel on which a node hears the others.
pub(super) fn line(of: NodeId) -> String {
    format!("aihio:line:{{{}}}", of.as_uuid().simple())
}

/// The channel that every node hears.
pub(super) const NEWS: &str = "aihio:{news}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_s_tag_is_the_id() {
        let key = snapshot(SnapshotKey { kind: "session", id: uuid::Uuid::from_u128(1) });
        assert_eq!(key.name, "aihio:snapshot:session:{00000000000000000000000000000001}");
    }
}
