//! The owner does not want the job any more.

use actix::{Context, Handler, Message};

use crate::ingestion::IngestionJob;
use crate::ingestion::state::Input;

/// Stop before the next step.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Cancel;

impl Handler<Cancel> for IngestionJob {
    type Result = ();

    fn handle(&mut self, _: Cancel, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.apply(Input::Cancelled, ctx);
    }
}
