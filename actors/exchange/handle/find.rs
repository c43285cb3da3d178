//! Somebody wants to know whether a session lives on a node.

use std::time::Duration;

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::exchange::wire::{Place, Presence, Word};
use crate::exchange::{Answer, Ask, Exchange};
use crate::model::NodeId;

/// Ask a node whether a session lives there.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Find {
    /// Which node.
    pub node: NodeId,
    /// Which session.
    pub place: Place,
    /// Told the answer, or none where nobody was there to take the question; dropped when there is no answer.
    pub asker: oneshot::Sender<Option<Presence>>,
}

/// A node that lives answers at once.
const TIME: Duration = Duration::from_secs(1);

impl Handler<Find> for Exchange {
    type Result = ();

    fn handle(&mut self, message: Find, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let Find { node, place, asker } = message;
        let answer = Answer::Presence(asker);
        let ask = Ask { to: node, listener: None, until: Instant::now() + TIME, answer };
        self.ask(ask, |id| Word::Find(id, place), ctx);
    }
}
