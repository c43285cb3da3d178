//! The lease is empty.

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;

use crate::billing::BillingAccount;
use crate::model::Refusal;

/// Get more credits for this process.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Refill {
    /// Told when there are more, or that there are none.
    pub asker: oneshot::Sender<Result<(), Refusal>>,
}

impl Handler<Refill> for BillingAccount {
    type Result = ();

    fn handle(&mut self, message: Refill, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.refill(message.asker, ctx);
    }
}
