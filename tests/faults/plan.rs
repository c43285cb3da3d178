//! What will go wrong, in which order: a pure function of the seed and of how much is asked.

use std::collections::BTreeMap;

use serde::Serialize;

use super::seed::Dice;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A node is killed and started again.
    NodeKill,
    /// A node's way to the database stalls, and the node is killed before it moves again.
    NodeKillInStall,
    /// A node is stopped (SIGSTOP) and goes on later.
    NodeFreeze,
    /// PostgreSQL is killed and started again.
    DatabaseKill,
    /// PostgreSQL is killed and stays away for longer than anybody waits for it.
    DatabaseOutage,
    /// One of PostgreSQL's processes is killed, which ends all its sessions.
    DatabaseBackendKill,
    /// PostgreSQL is restarted in order.
    DatabaseRestart,
    /// All of PostgreSQL's processes are stopped (SIGSTOP) and go on later.
    DatabaseFreeze,
    /// Nothing passes between a node and the database for a while.
    DatabaseStall,
    /// Every connection between a node and the database is reset.
    DatabaseCut,
    /// Whoever keeps the history is told for a while that the disk has failed (EIO) whenever it syncs.
    DiskError,
    /// Whoever keeps the history waits 300 ms longer for a while whenever it syncs.
    DiskSlow,
    /// Power fails where the history is kept: what was not synced is gone.
    PowerLoss,
    /// A newer program takes a step of the schema beside the nodes.
    SchemaStep,
    /// The time of day jumps on nodes, and a while later back.
    ClockJump,
    /// The disk of a node that keeps its history itself is full for a while.
    DiskFull,
    /// Redis is killed and started again.
    RedisKill,
    /// Redis forgets everything.
    RedisFlush,
    /// Redis is stopped (SIGSTOP) and goes on later.
    RedisFreeze,
    /// Redis makes everybody wait for a while (`CLIENT PAUSE`).
    RedisPause,
    /// Redis has no memory left for a while, and refuses what needs some.
    RedisFull,
    /// Nothing passes between a node and Redis for a while.
    RedisStall,
    /// Nothing passes between visitors and node for a while.
    SocketStall,
    /// A visitor's connection is reset after a random number of bytes.
    SocketCut,
    /// The model refuses, stalls, dies in the middle of an answer or talks nonsense.
    ModelTrouble,
    /// A person takes a conversation over and gives it back.
    TakeOver,
}

impl Fault {
    /// Whether it happens beside the others, all the time, and not in its turn.
    pub const fn is_ambient(self) -> bool {
        matches!(self, Self::SocketCut | Self::ModelTrouble | Self::TakeOver)
    }
}

/// How many faults of each kind.
pub type Counts = BTreeMap<Fault, usize>;

/// What will go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What all chance comes from.
    pub seed: u64,
    /// How many are asked of each kind.
    pub asked: Counts,
    /// Those that happen one after the other.
    pub turns: Vec<Fault>,
}

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64, asked: &[(Fault, usize)]) -> Self {
        let asked: Counts = asked.iter().copied().collect();
        let in_turn = asked.iter().filter(|(fault, _)| !fault.is_ambient());
        let mut turns: Vec<Fault> =
            in_turn.flat_map(|(fault, count)| std::iter::repeat_n(*fault, *count)).collect();
        Dice::new(seed).part(1).shuffle(&mut turns);
        Self { seed, asked, turns }
    }

    /// How many are asked of a kind.
    pub fn count(&self, fault: Fault) -> usize {
        self.asked.get(&fault).copied().unwrap_or_default()
    }

    /// The chance of a part of the run; part 1 is the plan's own.
    pub const fn dice(&self, part: u64) -> Dice {
        Dice::new(self.seed).part(part)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plan_holds_what_was_asked_and_follows_from_its_seed(
            seed: u64, kills in 0_usize..50, flushes in 0_usize..50, cuts in 0_usize..50,
        ) {
            let asked = [(Fault::NodeKill, kills), (Fault::RedisFlush, flushes), (Fault::SocketCut, cuts)];
            let plan = Plan::new(seed, &asked);
            let count = |fault| plan.turns.iter().filter(|turn| **turn == fault).count();
            prop_assert_eq!((count(Fault::NodeKill), count(Fault::RedisFlush)), (kills, flushes));
            prop_assert_eq!((count(Fault::SocketCut), plan.count(Fault::SocketCut)), (0, cuts));
            prop_assert_eq!(&Plan::new(seed, &asked), &plan);
        }
    }

    #[test]
    fn another_seed_gives_another_order() {
        let asked = [(Fault::NodeKill, 20), (Fault::RedisFlush, 20)];
        assert_ne!(Plan::new(1, &asked).turns, Plan::new(2, &asked).turns);
    }
}
