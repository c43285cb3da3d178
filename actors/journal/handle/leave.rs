//! The process shuts down.

use actix::{ActorContext, Context, Handler};

use crate::journal::Journal;
use crate::kernel::{ExitReason, Leave};

impl Handler<Leave> for Journal {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.life.ends(ExitReason::Drained);
        ctx.stop();
    }
}
