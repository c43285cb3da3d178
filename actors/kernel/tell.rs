//! How actors are told things: counted, bounded, and never in silence.

use std::sync::Arc;

use actix::dev::ToEnvelope;
use actix::prelude::SendError;
use actix::{Actor, Addr, Handler, Message, Recipient};

use super::{ActorKind, Census, Generation, Vital};

/// Why a message did not get into a mailbox. The message is dropped; whoever it promised an answer to is answered
/// by its drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The actor has more to do than its mailbox holds.
    #[error("the mailbox is full")]
    Full,
    /// The actor has ended.
    #[error("the actor has ended")]
    Closed,
}

/// An actor's address with its bounds and counters.
pub struct Mailbox<A: Actor> {
    addr: Addr<A>,
    kind: ActorKind,
    vital: Arc<Vital>,
    census: Census,
}

impl<A: Actor> Clone for Mailbox<A> {
    fn clone(&self) -> Self {
        Self {
            addr: self.addr.clone(),
            kind: self.kind,
            vital: Arc::clone(&self.vital),
            census: self.census.clone(),
        }
    }
}

impl<A: Actor> std::fmt::Debug for Mailbox<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailbox").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<A: Actor> Mailbox<A> {
    /// A mailbox for an actor that was just started.
    #[must_use]
    pub const fn new(addr: Addr<A>, kind: ActorKind, vital: Arc<Vital>, census: Census) -> Self {
        Self { addr, kind, vital, census }
    }

    /// The bare address, for recipients that are handed to others.
    #[must_use]
    pub const fn addr(&self) -> &Addr<A> {
        &self.addr
    }

    /// Which life of the actor this mailbox belongs to.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.vital.generation()
    }

    /// Whose mailbox it is.
    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn key(&self) -> super::ActorKey {
        self.vital.key()
    }

    /// Whether the actor still takes messages.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.addr.connected()
    }

    /// Tells the actor something whatever its mailbox holds: for messages whose number is bounded by construction, such as
    /// one a child or one an answer, that must not be missed.
    pub fn entrust<M>(&self, message: M)
    where
        M: Message + Send + 'static,
        M::Result: Send,
        A: Handler<M>,
        A::Context: ToEnvelope<A, M>,
    {
        self.vital.told();
        deliver(&self.addr, message);
    }

    /// Tells the actor something, unless its mailbox is full.
    ///
    /// # Errors
    /// When the mailbox is full or the actor has ended.
    pub fn tell<M>(&self, message: M) -> Result<(), Undelivered>
    where
        M: Message + Send + 'static,
        M::Result: Send,
        A: Handler<M>,
        A::Context: ToEnvelope<A, M>,
    {
        self.vital.told();
        self.addr.try_send(message).map_err(|error| {
            self.vital.took();
            match error {
                SendError::Full(_) => {
                    self.census.refused(self.kind);
                    Undelivered::Full
                }
                SendError::Closed(_) => Undelivered::Closed,
            }
        })
    }
}

/// Hands a message to an actor whose mailbox is not counted, whatever it holds. Same rule as [`Mailbox::entrust`].
#[expect(
    clippy::disallowed_methods,
    reason = "with `report` the only place that passes by a mailbox's bound"
)]
pub fn deliver<A, M>(addr: &Addr<A>, message: M)
where
    M: Message + Send + 'static,
    M::Result: Send,
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
{
    addr.do_send(message);
}

/// Hands a message to whoever takes that kind, whatever its mailbox holds. Same rule as [`Mailbox::entrust`].
#[expect(
    clippy::disallowed_methods,
    reason = "with `deliver` the only place that passes by a mailbox's bound"
)]
pub fn report<M>(recipient: &Recipient<M>, message: M)
where
    M: Message + Send + 'static,
    M::Result: Send,
{
    recipient.do_send(message);
}
