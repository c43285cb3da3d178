//! The process shuts down.

use actix::{ActorContext, Context, Handler};

use crate::billing::BillingAccount;
use crate::kernel::{ExitReason, Leave};

impl Handler<Leave> for BillingAccount {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.life.ends(ExitReason::Drained);
        ctx.stop();
    }
}
