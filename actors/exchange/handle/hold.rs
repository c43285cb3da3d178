//! A session begins here.

use actix::{Context, Handler, Message};

use crate::exchange::Exchange;
use crate::model::SessionId;

/// Say that a session lives here.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Hold {
    /// Which.
    pub session: SessionId,
}

impl Handler<Hold> for Exchange {
    type Result = ();

    fn handle(&mut self, message: Hold, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.unheld.push(message.session);
        self.hold(ctx);
    }
}
