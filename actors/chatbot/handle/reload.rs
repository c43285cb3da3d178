//! The store has something new of this chatbot.

use actix::{Context, Handler, Message};

use crate::chatbot::Chatbot;
use crate::chatbot::state::Change;

/// Read configuration and knowledge again and publish them.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Reload {
    /// What has changed.
    pub change: Change,
}

impl Handler<Reload> for Chatbot {
    type Result = ();

    fn handle(&mut self, message: Reload, ctx: &mut Context<Self>) {
        self.life.vital().took();
        tracing::debug!(chatbot.id = %self.reach.id(), change = ?message.change, "the chatbot reads itself again");
        let effect = self.state.changed();
        self.carry_out(effect, None, ctx);
    }
}
