//! Nodes whose line nobody holds open.
//!
//! A process that was killed has closed its line at once, long before its lease runs out. One that lives may do without it
//! for a moment, while it connects again; so only a line that stays closed is a sign of death. Should the node live all the
//! same, no harm is done: whoever takes a session from it fences it off.

use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::model::NodeId;

/// Since when nobody has taken what was said to a node.
#[derive(Debug, Default)]
pub(super) struct Deaf {
    nodes: DashMap<NodeId, Unheard>,
    decided: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Unheard {
    since: Instant,
    last: Instant,
}

/// What silence says of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hearing {
    /// Somebody took the last that was said to it, or nothing was said.
    Hears,
    /// Nobody did, too lately to tell.
    Doubtful,
    /// Nobody has for so long that it counts as dead.
    Dead,
}

/// How long a line must stay closed. A node that lives connects again after a tenth of that.
const DEAF_TIME: Duration = Duration::from_secs(1);

impl Unheard {
    fn is_dead(&self) -> bool {
        self.last - self.since >= DEAF_TIME
    }
}

impl Deaf {
    /// Nobody has taken what was said to that node.
    pub(super) fn nobody(&self, node: NodeId) {
        let now = Instant::now();
        let mut unheard = self.nodes.entry(node).or_insert(Unheard { since: now, last: now });
        // What was found out long ago says nothing of the time between.
        if now - unheard.last > DEAF_TIME {
            unheard.since = now;
        }
        unheard.last = now;
        let dead = unheard.is_dead();
        drop(unheard);
        if dead {
            self.decided.notify_waiters();
        }
    }

    /// Somebody has.
    pub(super) fn taken(&self, node: NodeId) {
        if self.nodes.remove(&node).is_some() {
            self.decided.notify_waiters();
        }
    }

    /// What is known of a node.
    pub(super) fn hearing(&self, node: NodeId) -> Hearing {
        match self.nodes.get(&node) {
            None => Hearing::Hears,
            // What was found out long ago says nothing of now.
            Some(unheard) if unheard.last.elapsed() > DEAF_TIME => Hearing::Hears,
            Some(unheard) if unheard.is_dead() => Hearing::Dead,
            Some(_) => Hearing::Doubtful,
        }
    }

    /// Waits while it can't be told whether a node is dead: thousands ask that at once, and one question a moment, which the
    /// exchange asks, answers them all.
    pub(super) async fn decided(&self, node: NodeId) -> Hearing {
        loop {
            let mut decided = std::pin::pin!(self.decided.notified());
            decided.as_mut().enable();
            let hearing = self.hearing(node);
            if hearing != Hearing::Doubtful {
                return hearing;
            }
            // Should nobody speak to the node any more, the doubt ends by itself.
            let _ = tokio::time::timeout(DEAF_TIME, decided).await;
        }
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
            assert_eq!(deaf.hearing(NODE), Hearing::Doubtful);
            wait(1).await;
        }
        deaf.nobody(NODE);
        assert_eq!(deaf.hearing(NODE), Hearing::Dead);
        deaf.taken(NODE);
        assert_eq!(deaf.hearing(NODE), Hearing::Hears);
    }

    #[tokio::test(start_paused = true)]
    async fn two_moments_far_apart_are_not_one_long_time() {
        let deaf = Deaf::default();
        deaf.nobody(NODE);
        wait(40).await;
        deaf.nobody(NODE);
        assert_eq!(deaf.hearing(NODE), Hearing::Doubtful);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_the_decision_hears_it_either_way() {
        for dies in [true, false] {
            let deaf = Deaf::default();
            deaf.nobody(NODE);
            let decide = async {
                for _ in 0..3 {
                    wait(1).await;
                    deaf.nobody(NODE);
                }
                wait(1).await;
                if dies { deaf.nobody(NODE) } else { deaf.taken(NODE) }
            };
            let (hearing, ()) = tokio::join!(deaf.decided(NODE), decide);
            assert_eq!(hearing, if dies { Hearing::Dead } else { Hearing::Hears });
        }
    }
}
