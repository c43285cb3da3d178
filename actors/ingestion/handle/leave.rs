//! The process shuts down.

use actix::{Context, Handler};

use crate::ingestion::IngestionJob;
use crate::ingestion::state::Input;
use crate::kernel::{ExitReason, Leave};

impl Handler<Leave> for IngestionJob {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.life.ends(ExitReason::Drained);
        self.apply(Input::PutBack, ctx);
    }
}
