//! Somebody waits until everything is written.

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;

use crate::journal::Journal;

/// Say when nothing waits and nothing is under way.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Flush {
    /// Told when it is so.
    pub done: oneshot::Sender<()>,
}

impl Handler<Flush> for Journal {
    type Result = ();

    fn handle(&mut self, message: Flush, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.flushed.push(message.done);
        self.gather(ctx);
    }
}
