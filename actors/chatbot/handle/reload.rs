//! The store has something new of this chatbot.

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;

use crate::chatbot::Chatbot;
use crate::chatbot::state::Change;

/// Read configuration and knowledge again and publish them.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Reload {
    /// What has changed.
    pub change: Change,
    /// Told when it is published, or dropped.
    pub followed: Option<oneshot::Sender<()>>,
}

impl Handler<Reload> for Chatbot {
    type Result = ();

    fn handle(&mut self, message: Reload, ctx: &mut Context<Self>) {
        self.life.vital().took();
        tracing::debug!(chatbot.id = %self.reach.id(), change = ?message.change, "the chatbot reads itself again");
        let effect = self.state.changed();
        // A reading that is under way may have passed by what has changed.
        let readers = if effect.is_some() { &mut self.followers.now } else { &mut self.followers.next };
        readers.extend(message.followed);
        self.carry_out(effect, None, ctx);
    }
}
