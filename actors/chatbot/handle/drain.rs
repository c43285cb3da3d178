//! The process shuts down.

use std::time::Duration;

use actix::{Context, Handler, Message};

use crate::chatbot::Chatbot;
use crate::chatbot::session::CloseReason;
use crate::kernel::ExitReason;

/// Let all sessions end in order, then end.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct DrainAll {
    /// How long answers under way may go on.
    pub grace: Duration,
    /// The time over which sockets are closed.
    pub spread: Duration,
    /// When within it the first conversation's are, so that chatbots with few conversations don't all begin at once.
    pub first_after: Duration,
}

impl Handler<DrainAll> for Chatbot {
    type Result = ();

    fn handle(&mut self, message: DrainAll, ctx: &mut Context<Self>) {
        self.drain_sessions(message, CloseReason::Shutdown);
        self.stop_when_alone(ExitReason::Drained, ctx);
    }
}
