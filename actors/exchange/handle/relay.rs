//! What a session here has for a listener elsewhere.

use std::sync::Arc;

use actix::{Addr, Context, Handler, Message};
use tokio::sync::mpsc;

use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{Delivery, Item, ListenerId, Outlet, SessionHandle};
use crate::exchange::Exchange;
use crate::exchange::wire::{AskId, Word};
use crate::model::{NodeId, Refusal};

/// Pass on what there is.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Relay {
    key: (NodeId, ListenerId),
    what: What,
}

#[derive(Debug)]
enum What {
    Welcome(AskId, Result<Welcome, Refusal>),
    Items(Vec<Item>),
    End,
}

impl Relay {
    /// The session has let go of that node's listener.
    pub(crate) const fn end(key: (NodeId, ListenerId)) -> Self {
        Self { key, what: What::End }
    }
}

/// Deliveries that travel together at most.
const TOGETHER_MAX: usize = 64;

/// Attaches to the session, and passes on what comes until it lets go.
pub(in crate::exchange) async fn relay(
    (session, outlet, since): (SessionHandle, Arc<Outlet>, Since),
    mut deliveries: mpsc::Receiver<Delivery>,
    (key, ask): ((NodeId, ListenerId), AskId),
    exchange: Addr<Exchange>,
) {
    let welcome = session.attach(outlet, since).await;
    let let_in = welcome.is_ok();
    // Whoever does not take a message any more has ended, and with it this task.
    let _ = exchange.send(Relay { key, what: What::Welcome(ask, welcome) }).await;
    let mut together = Vec::with_capacity(TOGETHER_MAX);
    while let_in && deliveries.recv_many(&mut together, TOGETHER_MAX).await > 0 {
        let items = together.drain(..).flat_map(|Delivery(items)| items).collect();
        let _ = exchange.send(Relay { key, what: What::Items(items) }).await;
    }
    let _ = exchange.send(Relay::end(key)).await;
}

impl Handler<Relay> for Exchange {
    type Result = ();

    fn handle(&mut self, message: Relay, ctx: &mut Context<Self>) {
        let Relay { key: (node, listener), what } = message;
        match what {
            What::Welcome(ask, welcome) => {
                if let (Some(guest), Ok(welcome)) = (self.guests.get_mut(&(node, listener)), &welcome) {
                    guest.welcomed(welcome.listener);
                }
                self.say(node, Word::Attached(ask, welcome.map(Box::new)), ctx);
            }
            What::Items(items) => {
                if self.guests.contains_key(&(node, listener)) {
                    self.say(node, Word::Deliver(listener, items), ctx);
                }
            }
            What::End => {
                // The session has let go of the listener, for whatever reason; it finds out by attaching again.
                if self.guests.remove(&(node, listener)).is_some() {
                    self.say(node, Word::Deliver(listener, vec![Item::Interrupted]), ctx);
                }
            }
        }
    }
}
