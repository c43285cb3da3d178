//! A listener has gone.

use actix::{Context, Handler, Message};

use crate::chatbot::session::Session;
use crate::chatbot::session::outlet::ListenerId;

/// Forget a listener.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Detach {
    /// Which.
    pub listener: ListenerId,
}

impl Handler<Detach> for Session {
    type Result = ();

    fn handle(&mut self, message: Detach, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.listeners.detach(message.listener);
        self.mind_the_unheard(ctx);
        self.rest_if_idle(ctx);
    }
}
