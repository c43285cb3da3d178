//! The process shuts down: listeners here of sessions elsewhere go first.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler, Message};

use crate::chatbot::session::{CloseReason, Item, ListenerId};
use crate::exchange::Exchange;
use crate::exchange::wire::Word;

/// Send all listeners of sessions elsewhere away.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SendBackAll {
    /// The time over which their sockets are closed.
    pub spread: Duration,
}

impl Handler<SendBackAll> for Exchange {
    type Result = ();

    fn handle(&mut self, message: SendBackAll, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let listeners: Vec<ListenerId> = self.away.keys().copied().collect();
        let count = u32::try_from(listeners.len()).unwrap_or(u32::MAX).max(1);
        for (nth, listener) in (0_u32..).zip(listeners) {
            ctx.run_later(message.spread * nth / count, move |exchange, ctx| {
                let Some(node) = exchange.away.get(&listener).map(super::super::snapshot::Away::node) else {
                    return;
                };
                exchange.send_back(listener, Vec::new(), Item::Close(CloseReason::Shutdown));
                exchange.say(node, Word::Detach(listener), ctx);
            });
        }
    }
}
