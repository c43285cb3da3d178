//! For tests of supervision: an actor that breaks on demand.

use actix::{Context, Handler, Message};

use crate::exchange::Exchange;

/// Panic.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Sabotage;

impl Handler<Sabotage> for Exchange {
    type Result = ();

    #[expect(clippy::panic, reason = "this is what the message is for")]
    fn handle(&mut self, _: Sabotage, _: &mut Context<Self>) {
        panic!("sabotaged");
    }
}
