//! Somebody needs a session.

use actix::{Context, Handler, Message};
use actix_rt::ArbiterHandle;
use tokio::sync::oneshot;

use crate::chatbot::session::Opening;
use crate::chatbot::{Chatbot, Draining, Opened};
use crate::model::Refusal;

/// Find the session or start it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct OpenSession {
    /// Which.
    pub opening: Opening,
    /// The thread to start it on.
    pub arbiter: ArbiterHandle,
    /// Told the way to it.
    pub asker: oneshot::Sender<Opened>,
}

impl Handler<OpenSession> for Chatbot {
    type Result = ();

    fn handle(&mut self, message: OpenSession, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let opened = match self.draining {
            Draining::Yes => Err(Refusal::leaving()),
            Draining::No => self.open(message.opening, &message.arbiter, ctx),
        };
        // Whoever asked may have gone; the session leaves memory when nobody comes.
        let _ = message.asker.send(opened);
    }
}
