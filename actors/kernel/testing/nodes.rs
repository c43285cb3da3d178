//! Several engines as nodes of one cluster, with a shared memory that a test can take away, empty or delay.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::model::{NodeId, SessionId};
use crate::ports::{Arrival, Claim, Cluster, PortError, Pulse, Reach};

/// What the nodes share.
#[derive(Debug, Default)]
struct Memory {
    owners: HashMap<SessionId, NodeId>,
    leases: HashMap<NodeId, Instant>,
    lines: HashMap<NodeId, mpsc::Sender<Arrival>>,
    unreachable: bool,
    cut: HashSet<NodeId>,
    lost: usize,
    frames: usize,
}

/// The nodes of one test.
#[derive(Debug, Clone, Default)]
pub struct Nodes(Arc<Mutex<Memory>>);

/// The lease of every node.
pub const LEASE: Duration = Duration::from_secs(5);

impl Nodes {
    /// One more node.
    #[must_use]
    pub fn node(&self, number: u128) -> Arc<ScriptedNode> {
        let id = NodeId::from_uuid(Uuid::from_u128(number));
        Arc::new(ScriptedNode { id, nodes: self.clone(), beaten: Mutex::new(false) })
    }

    /// Forgets everything, as a restart without a disk does.
    pub fn flush(&self) {
        let mut memory = self.memory();
        memory.owners.clear();
        memory.leases.clear();
    }

    /// Whether the shared memory is in reach.
    pub fn set_reachable(&self, reachable: bool) {
        self.memory().unreachable = !reachable;
    }

    /// The node stands still, for the others: its lease is not renewed, and what is said to it or by it is lost.
    pub fn cut(&self, node: NodeId) {
        let mut memory = self.memory();
        memory.cut.insert(node);
        memory.leases.remove(&node);
    }

    /// The node is killed: its line is closed, and its lease runs on.
    pub fn kill(&self, node: NodeId) {
        let mut memory = self.memory();
        memory.cut.insert(node);
        memory.lines.remove(&node);
    }

    /// The node is back.
    pub fn heal(&self, node: NodeId) {
        self.memory().cut.remove(&node);
    }

    /// Loses the next so many frames without telling anybody.
    pub fn lose(&self, frames: usize) {
        self.memory().lost = frames;
    }

    /// How many frames went from one node to another.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.memory().frames
    }

    /// Who owns a session.
    #[must_use]
    pub fn owner(&self, session: SessionId) -> Option<NodeId> {
        self.memory().owners.get(&session).copied()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn is_alive(&self, node: NodeId) -> bool {
        self.leases.get(&node).is_some_and(|until| *until > Instant::now())
    }
}

/// One node's view of them.
#[derive(Debug)]
pub struct ScriptedNode {
    id: NodeId,
    nodes: Nodes,
    beaten: Mutex<bool>,
}

impl ScriptedNode {
    fn reach(&self) -> Result<MutexGuard<'_, Memory>, PortError> {
        let memory = self.nodes.memory();
        if memory.unreachable || memory.cut.contains(&self.id) {
            return Err(PortError::transient("cluster", "scripted"));
        }
        Ok(memory)
    }
}

#[async_trait]
impl Cluster for ScriptedNode {
    fn node(&self) -> NodeId {
        self.id
    }

    fn lease(&self) -> Duration {
        LEASE
    }

    async fn claim(&self, session: SessionId, without: Option<NodeId>) -> Result<Claim, PortError> {
        let mut memory = self.reach()?;
        if !memory.is_alive(self.id) {
            return Ok(Claim::Unsettled);
        }
        match memory.owners.get(&session).copied() {
            Some(owner) if owner != self.id && Some(owner) != without && memory.is_alive(owner) => {
                Ok(Claim::Owned(owner))
            }
            _ => {
                memory.owners.insert(session, self.id);
                Ok(Claim::Mine)
            }
        }
    }

    async fn hold(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>, PortError> {
        let mut memory = self.reach()?;
        let mut lost = Vec::new();
        for session in sessions {
            if *memory.owners.entry(*session).or_insert(self.id) != self.id {
                lost.push(*session);
            }
        }
        Ok(lost)
    }

    async fn beat(&self) -> Result<Pulse, PortError> {
        let mut memory = self.reach()?;
        let was_alive = memory.is_alive(self.id);
        memory.leases.insert(self.id, Instant::now() + LEASE);
        let mut beaten = self.beaten.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !std::mem::replace(&mut *beaten, true);
        Ok(if was_alive || first { Pulse::Steady } else { Pulse::Lapsed })
    }

    async fn leave(&self) -> Result<(), PortError> {
        self.reach()?.leases.remove(&self.id);
        Ok(())
    }

    async fn send(&self, to: NodeId, frame: Bytes) -> Result<Reach, PortError> {
        let mut memory = self.reach()?;
        memory.frames += 1;
        if memory.lost > 0 || (memory.cut.contains(&to) && memory.lines.contains_key(&to)) {
            memory.lost = memory.lost.saturating_sub(1);
            return Ok(Reach::Taken);
        }
        let line = memory.lines.get(&to).filter(|line| !line.is_closed());
        Ok(match line.map(|line| line.try_send(Arrival::Frame(frame))) {
            Some(Ok(())) => Reach::Taken,
            _ => Reach::Nobody,
        })
    }

    async fn announce(&self, frame: Bytes) -> Result<(), PortError> {
        let memory = self.reach()?;
        for (_, line) in memory.lines.iter().filter(|(node, _)| !memory.cut.contains(node)) {
            // A node whose line is full misses it, as it would on a real one.
            let _ = line.try_send(Arrival::Frame(frame.clone()));
        }
        Ok(())
    }

    fn listen(&self) -> mpsc::Receiver<Arrival> {
        let (sender, receiver) = mpsc::channel(1_024);
        self.nodes.memory().lines.insert(self.id, sender);
        receiver
    }
}
