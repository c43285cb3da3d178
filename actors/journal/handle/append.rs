//! A session wants something kept.

use actix::{Context, Handler, Message};

use crate::journal::{Journal, Promise};
#[cfg(feature = "faults")]
use crate::kernel::mutant::Mutant;
use crate::limits::Acknowledge;
use crate::ports::Record;

/// Keep a record, and tell its session what became of it.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Append {
    /// The record.
    pub record: Record,
    /// Whom to tell.
    pub promise: Promise,
}

impl Handler<Append> for Journal {
    type Result = ();

    fn handle(&mut self, message: Append, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let Append { record, mut promise } = message;
        let early = self.limits.acknowledge == Acknowledge::WhenQueued;
        #[cfg(feature = "faults")]
        let early = early || Mutant::AcknowledgeEarly.runs();
        if early && self.state.has_room() {
            promise.acknowledge();
        }
        // A promise that comes back is dropped, and says that nothing was kept.
        let _ = self.state.push(record, promise);
        self.gather(ctx);
    }
}
