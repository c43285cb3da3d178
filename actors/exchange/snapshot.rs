//! What survives an exchange's life: no memory, but a word to everybody who hung on it. A listener whose line is dropped
//! is told to attach again, and a session whose listener elsewhere is dropped lets it go.

use std::sync::{Arc, Weak};

use tokio::task::AbortHandle;

use crate::chatbot::session::{Delivery, Item, ListenerId, Outlet, Responder, SessionHandle};
use crate::kernel::Undelivered;
use crate::model::NodeId;

/// A listener here of a session elsewhere.
#[derive(Debug)]
pub(super) struct Away {
    node: NodeId,
    outlet: Option<Arc<Outlet>>,
}

impl Away {
    /// A listener that hears a session of `node`.
    pub(super) const fn at(node: NodeId, outlet: Arc<Outlet>) -> Self {
        Self { node, outlet: Some(outlet) }
    }

    /// Where the session is.
    pub(super) const fn node(&self) -> NodeId {
        self.node
    }

    /// Hands over what came.
    ///
    /// # Errors
    /// When the listener is full or gone.
    pub(super) fn deliver(&self, items: Vec<Item>) -> Result<(), Undelivered> {
        match &self.outlet {
            Some(outlet) if !items.is_empty() => outlet.deliver(Delivery(items)),
            Some(_) => Ok(()),
            None => Err(Undelivered::Closed),
        }
    }

    /// Hands over the last things that the listener gets from here.
    pub(super) fn end(mut self, items: Vec<Item>) {
        if let Some(outlet) = self.outlet.take() {
            outlet.deliver_last(Delivery(items));
        }
    }

    /// Lets the listener go, which has gone by itself.
    pub(super) fn forget(mut self) {
        self.outlet = None;
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        if let Some(outlet) = self.outlet.take() {
            outlet.deliver_last(Delivery(vec![Item::Interrupted]));
        }
    }
}

/// A listener elsewhere of a session here.
#[derive(Debug)]
pub(super) struct Guest {
    session: SessionHandle,
    listener: Option<ListenerId>,
    // Held weakly: when the session lets go of it, the relay ends and says so.
    outlet: Weak<Outlet>,
    relay: AbortHandle,
}

impl Guest {
    /// A listener whose deliveries `relay` passes on.
    pub(super) const fn new(session: SessionHandle, outlet: Weak<Outlet>, relay: AbortHandle) -> Self {
        Self { session, listener: None, outlet, relay }
    }

    /// The session has let it in, under that number.
    pub(super) const fn welcomed(&mut self, listener: ListenerId) {
        self.listener = Some(listener);
    }

    /// The session, and who gets the reply to the listener's command of that number; none where the session has let
    /// go of it.
    pub(super) fn responder(&self, command: u32) -> Option<(&SessionHandle, Responder)> {
        let outlet = self.outlet.upgrade()?;
        Some((&self.session, Responder::listener(self.listener?, outlet, command)))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.relay.abort();
        if let Some(listener) = self.listener.take() {
            self.session.detach(listener);
        }
    }
}
