//! The chatbot was restarted; its sessions go on under its new life.

use actix::{Context, Handler, Message, Recipient};

use crate::chatbot::session::Session;
use crate::kernel::ChildDown;
use crate::model::SessionId;

/// Report to a new parent.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Adopt {
    /// The new parent.
    pub notify: Recipient<ChildDown<SessionId>>,
}

impl Handler<Adopt> for Session {
    type Result = ();

    fn handle(&mut self, message: Adopt, _: &mut Context<Self>) {
        self.life.vital().took();
        self.life.report_to(message.notify);
    }
}
