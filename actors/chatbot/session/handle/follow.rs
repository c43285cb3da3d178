//! The chatbot's configuration has changed.

use std::sync::Arc;

use actix::{Context, Handler, Message};

use crate::chatbot::session::Session;
use crate::model::Publication;

/// Follow the chatbot's new configuration, and tell the listeners.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Follow {
    /// The public part, as a publication that all sessions share.
    pub publication: Arc<Publication>,
}

impl Handler<Follow> for Session {
    type Result = ();

    fn handle(&mut self, message: Follow, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.follow_view(ctx);
        self.listeners.owe_all(&message.publication);
        self.listeners.flush();
    }
}
