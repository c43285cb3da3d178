//! Somebody waits until what they care for is written.

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;

use crate::journal::Journal;
use crate::model::SessionId;

/// Say when nothing of it waits and nothing of it is under way.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Flush {
    /// Whose records.
    pub of: Whose,
    /// Told when it is so.
    pub done: oneshot::Sender<()>,
}

/// Records of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of every session.
    All,
    /// Of this one.
    Session(SessionId),
}

impl Handler<Flush> for Journal {
    type Result = ();

    fn handle(&mut self, message: Flush, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.flushed.push(message);
        self.gather(ctx);
    }
}
