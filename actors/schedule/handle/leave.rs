//! The process shuts down.

use actix::{ActorContext, Context, Handler};

use crate::kernel::{ExitReason, Leave};
use crate::schedule::Schedule;

impl Handler<Leave> for Schedule {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.life.ends(ExitReason::Drained);
        ctx.stop();
    }
}
