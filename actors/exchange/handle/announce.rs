//! Something has changed that every node follows.

use actix::{Context, Handler, Message};

use crate::exchange::Exchange;
use crate::exchange::wire::News;

/// Tell every other node.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Announce {
    /// What.
    pub news: News,
}

impl Handler<Announce> for Exchange {
    type Result = ();

    fn handle(&mut self, message: Announce, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.announce(message.news, ctx);
    }
}
