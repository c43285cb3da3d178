//! The process shuts down.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context, Handler};

use crate::exchange::Exchange;
use crate::kernel::{ExitReason, Leave};

/// How often a leaving exchange looks whether everything was said, and how often it looks at most.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const LOOKS_MAX: u32 = 100;

impl Handler<Leave> for Exchange {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.leave_when_quiet(0, ctx);
    }
}

impl Exchange {
    fn leave_when_quiet(&mut self, looks: u32, ctx: &mut Context<Self>) {
        if !self.lines.is_quiet() && looks < LOOKS_MAX {
            ctx.run_later(LOOK_EVERY, move |exchange, ctx| exchange.leave_when_quiet(looks + 1, ctx));
            return;
        }
        self.life.ends(ExitReason::Drained);
        let cluster = Arc::clone(&self.cluster);
        let leave = async move { cluster.leave().await };
        ctx.wait(leave.into_actor(self).map(|left, _, ctx| {
            if let Err(error) = left {
                tracing::debug!(error = ?error, "this node's lease runs out by itself");
            }
            ctx.stop();
        }));
    }
}
