//! A listener here of a session elsewhere has gone.

use actix::{Context, Handler, Message};

use crate::chatbot::session::ListenerId;
use crate::exchange::Exchange;
use crate::exchange::snapshot::Away;
use crate::exchange::wire::Word;

/// Forget a listener.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct DetachAway {
    /// Which.
    pub listener: ListenerId,
}

impl Handler<DetachAway> for Exchange {
    type Result = ();

    fn handle(&mut self, message: DetachAway, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let Some(away) = self.away.remove(&message.listener) else { return };
        let node = away.node();
        Away::forget(away);
        self.refuse_asks_of(message.listener);
        self.say(node, Word::Detach(message.listener), ctx);
    }
}
