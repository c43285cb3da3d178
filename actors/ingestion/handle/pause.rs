//! The owner wants the job to wait.

use actix::{Context, Handler, Message};

use crate::ingestion::IngestionJob;
use crate::ingestion::state::Input;

/// Stop where it is, to go on when it is resumed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Pause;

impl Handler<Pause> for IngestionJob {
    type Result = ();

    fn handle(&mut self, _: Pause, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.apply(Input::Paused, ctx);
    }
}
