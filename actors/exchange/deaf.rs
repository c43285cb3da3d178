//! Nodes whose line nobody holds open.
//!
//! A process that was killed has closed its line at once, long before its lease runs out. One that lives may do without it
//! for a moment, while it connects again; so only a line that stays closed is a sign of death. Should the node live all the
//! same, no harm is done: whoever takes a session from it fences it off.

use std::time::Duration;

use dashmap::DashMap;
use tokio::time::Instant;

use crate::model::NodeId;

/// Since when nobody has taken what was said to a node.
#[derive(Debug, Default)]
pub(super) struct Deaf(DashMap<NodeId, Unheard>);

#[derive(Debug, Clone, Copy)]
struct Unheard {
    since: Instant,
    last: Instant,
}

/// How long a line must stay closed. A node that lives connects again after a tenth of that.
const DEAF_TIME: Duration = Duration::from_secs(1);

impl Deaf {
    /// Nobody has taken what was said to that node.
    pub(super) fn nobody(&self, node: NodeId) {
        let now = Instant::now();
        let mut unheard = self.0.entry(node).or_insert(Unheard { since: now, last: now });
        // What was found out long ago says nothing of the time between.
        if now - unheard.last > DEAF_TIME {
            unheard.since = now;
        }
        unheard.last = now;
    }

    /// Somebody has.
    pub(super) fn taken(&self, node: NodeId) {
        self.0.remove(&node);
    }

    /// Whether the node's line has stayed closed for so long that it counts as dead.
    pub(super) fn is_dead(&self, node: NodeId) -> bool {
        self.0.get(&node).is_some_and(|unheard| unheard.last - unheard.since >= DEAF_TIME)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NODE: NodeId = NodeId::from_uuid(Uuid::nil());

    async fn wait(times: u32) {
        tokio::time::advance(DEAF_TIME * times / 4).await;
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_line_that_stays_closed_is_a_dead_node_s() {
        let deaf = Deaf::default();
        for _ in 0..4 {
            deaf.nobody(NODE);
            assert!(!deaf.is_dead(NODE));
            wait(1).await;
        }
        deaf.nobody(NODE);
        assert!(deaf.is_dead(NODE));
        deaf.taken(NODE);
        assert!(!deaf.is_dead(NODE));
    }

    #[tokio::test(start_paused = true)]
    async fn two_moments_far_apart_are_not_one_long_time() {
        let deaf = Deaf::default();
        deaf.nobody(NODE);
        wait(40).await;
        deaf.nobody(NODE);
        assert!(!deaf.is_dead(NODE));
    }
}
