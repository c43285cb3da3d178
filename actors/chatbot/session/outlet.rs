//! The way back: to sockets, to whoever asks once, to whoever reads a stream.

use std::sync::Arc;

use actix::prelude::SendError;
use actix::{Message, Recipient};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::command::Reply;
use crate::kernel::{Undelivered, report};
use crate::model::{Publication, Refusal};

/// Things that leave together, in order.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Delivery(pub Vec<Item>);

/// One thing for a listener.
#[derive(Debug, Serialize, Deserialize)]
pub enum Item {
    /// The answer to the listener's own command of that number.
    Reply(u32, Result<Reply, Refusal>),
    /// Something that every listener gets.
    Publication(Arc<Publication>),
    /// The listener is to go.
    Close(CloseReason),
    /// The session's actor ended without having meant to; attach again to its next life.
    Interrupted,
}

/// Why a listener is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CloseReason {
    /// The process shuts down; another one, or its next life, goes on.
    Shutdown,
    /// It did not take what was sent.
    Slow,
    /// Somebody else writes this history now.
    InsufficientState,
    /// The conversation was deleted.
    Removed,
}

/// Where a listener's deliveries go. Never waits: what finds no room is refused.
#[derive(Debug)]
pub enum Outlet {
    /// The actor of a socket.
    Actor(Recipient<Delivery>),
    /// A stream that somebody reads.
    Channel(mpsc::Sender<Delivery>),
}

impl Outlet {
    /// Hands a delivery over.
    ///
    /// # Errors
    /// When the listener is full or gone.
    pub fn deliver(&self, delivery: Delivery) -> Result<(), Undelivered> {
        match self {
            Self::Actor(recipient) => recipient.try_send(delivery).map_err(|error| match error {
                SendError::Full(_) => Undelivered::Full,
                SendError::Closed(_) => Undelivered::Closed,
            }),
            Self::Channel(sender) => sender.try_send(delivery).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Undelivered::Full,
                mpsc::error::TrySendError::Closed(_) => Undelivered::Closed,
            }),
        }
    }
}

impl Outlet {
    /// Hands over the last thing that a listener gets, whether it has room or not: a socket that is full must learn
    /// that it is on its own. A stream that is full ends after what it holds.
    pub(crate) fn deliver_last(&self, delivery: Delivery) {
        match self {
            // One message a listener: bounded by construction.
            Self::Actor(recipient) => report(recipient, delivery),
            Self::Channel(_) => drop(self.deliver(delivery)),
        }
    }
}

/// A listener's number in one life of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ListenerId(pub u64);

/// Somebody who waits for the answer to a command. When it is dropped unanswered, because the actor that held the
/// command has ended, it says so: silence is no answer.
#[derive(Debug)]
pub struct Responder(Option<Waiter>);

#[derive(Debug)]
enum Waiter {
    Asker(oneshot::Sender<Result<Reply, Refusal>>),
    Listener { id: ListenerId, outlet: Arc<Outlet>, command: u32 },
}

impl Responder {
    /// Answers whoever asked, once.
    #[must_use]
    pub const fn asker(sender: oneshot::Sender<Result<Reply, Refusal>>) -> Self {
        Self(Some(Waiter::Asker(sender)))
    }

    /// Answers a listener's command of that number, among its other deliveries.
    #[must_use]
    pub const fn listener(id: ListenerId, outlet: Arc<Outlet>, command: u32) -> Self {
        Self(Some(Waiter::Listener { id, outlet, command }))
    }

    /// The listener that waits, where it is one.
    pub(crate) fn waiting_listener(&self) -> Option<ListenerId> {
        match &self.0 {
            Some(Waiter::Listener { id, .. }) => Some(*id),
            Some(Waiter::Asker(_)) | None => None,
        }
    }

    /// The number by which a listener knows its command.
    pub(super) const fn number(&self) -> Option<u32> {
        match &self.0 {
            Some(Waiter::Listener { command, .. }) => Some(*command),
            _ => None,
        }
    }

    /// Whether it is that listener who waits, and not one that had its number before.
    pub(super) fn is_for(&self, id: ListenerId, outlet: &Arc<Outlet>) -> bool {
        matches!(&self.0, Some(Waiter::Listener { id: own, outlet: of, .. }) if *own == id && Arc::ptr_eq(of, outlet))
    }

    /// Answers at once, past what else a listener is owed: for those that are not attached now.
    pub(super) fn answer_at_once(mut self, outcome: Result<Reply, Refusal>) {
        match self.0.take() {
            Some(Waiter::Asker(sender)) => drop(sender.send(outcome)),
            Some(Waiter::Listener { outlet, command, .. }) => {
                // Who has gone misses nothing.
                let _ = outlet.deliver(Delivery(vec![Item::Reply(command, outcome)]));
            }
            None => {}
        }
    }

    /// Answers. A listener's answer comes back to be delivered together with what else it gets now.
    pub(crate) fn answer(mut self, outcome: Result<Reply, Refusal>) -> Option<(ListenerId, Item)> {
        match self.0.take()? {
            Waiter::Asker(sender) => {
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = sender.send(outcome);
                None
            }
            Waiter::Listener { id, command, .. } => Some((id, Item::Reply(command, outcome))),
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        match self.0.take() {
            Some(Waiter::Asker(sender)) => {
                let _ = sender.send(Err(Refusal::interrupted()));
            }
            Some(Waiter::Listener { outlet, command, .. }) => {
                let _ = outlet.deliver(Delivery(vec![Item::Reply(command, Err(Refusal::interrupted()))]));
            }
            None => {}
        }
    }
}
