//! What processes that share the conversations know of each other.
//!
//! This is shared memory and no truth: it may be late, wrong or empty at any moment. Who owns a session for its history
//! is decided by the journal ([`Journal::own`](super::Journal::own)), which a process asks after this port has said
//! that it may.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::PortError;
use crate::model::{NodeId, SessionId};

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The session is this process's.
    Mine,
    /// It belongs to another process, which is alive.
    Owned(NodeId),
    /// The shared memory has just come back empty: its owner, if it has one, gets a moment to say so.
    Unsettled,
}

/// What a process finds when it renews its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulse {
    /// It was there all the time.
    Steady,
    /// The lease had run out or was forgotten: others may have taken what this process owned.
    Lapsed,
}

/// Whether a frame reached its node's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Somebody was there to take it.
    Taken,
    /// Nobody was: it is lost.
    Nobody,
}

/// What comes in from other nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// A frame, as it was sent.
    Frame(Bytes),
    /// The line was interrupted: frames may have been missed.
    Broken,
}

/// The other processes.
#[async_trait]
pub trait Cluster: Send + Sync {
    /// This process.
    fn node(&self) -> NodeId;

    /// How long a silent node counts as alive.
    fn lease(&self) -> Duration;

    /// Takes a session that nobody owns or whose owner is not alive. With `without`, also from that node, which has
    /// said that it does not have it.
    ///
    /// # Errors
    /// When the shared memory is out of reach.
    async fn claim(&self, session: SessionId, without: Option<NodeId>) -> Result<Claim, PortError>;

    /// Says that these sessions live here, and gives back those that another node owns.
    ///
    /// # Errors
    /// When the shared memory is out of reach.
    async fn hold(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>, PortError>;

    /// Renews this node's lease: one for all its sessions.
    ///
    /// # Errors
    /// When the shared memory is out of reach.
    async fn beat(&self) -> Result<Pulse, PortError>;

    /// Gives up this node's lease: what it owned is free at once.
    ///
    /// # Errors
    /// When the shared memory is out of reach; then the lease runs out by itself.
    async fn leave(&self) -> Result<(), PortError>;

    /// Sends a frame to a node. Frames to one node arrive in the order in which they were sent, at most once each.
    ///
    /// # Errors
    /// When the shared memory is out of reach; the frame is lost, or nobody knows.
    async fn send(&self, to: NodeId, frame: Bytes) -> Result<Reach, PortError>;

    /// Sends a frame to every node, this one too.
    ///
    /// # Errors
    /// When the shared memory is out of reach.
    async fn announce(&self, frame: Bytes) -> Result<(), PortError>;

    /// Opens this node's line. A line that was open before is closed.
    fn listen(&self) -> mpsc::Receiver<Arrival>;
}
