//! Somebody here wishes something of a session elsewhere.

use std::time::Duration;

use actix::{Context, Handler, Message};
use tokio::time::Instant;

use crate::chatbot::session::{Command, Responder};
use crate::exchange::wire::{Place, Word};
use crate::exchange::{Answer, Ask, Exchange};
use crate::model::NodeId;

/// Pass a command on to a session of another node.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ObeyAway {
    /// Which node.
    pub node: NodeId,
    /// Which session.
    pub place: Place,
    /// The wish.
    pub command: Command,
    /// Who gets the answer.
    pub responder: Responder,
}

/// A session answers as soon as the store has committed; this is far above the time for which a store is tried.
const TIME: Duration = Duration::from_secs(10);

impl Handler<ObeyAway> for Exchange {
    type Result = ();

    fn handle(&mut self, message: ObeyAway, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let ObeyAway { node, place, command, responder } = message;
        let listener = responder.waiting_listener();
        let answer = Answer::Reply(responder);
        let ask = Ask { to: node, listener, until: Instant::now() + TIME, answer };
        self.ask(ask, |id| Word::Obey(id, listener, place, command), ctx);
    }
}
