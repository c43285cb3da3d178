//! The lease is empty.

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;

use crate::billing::BillingAccount;
use crate::model::Refusal;

/// Lend more credits to this process.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Refill {
    /// Told whether there are more now.
    pub asker: oneshot::Sender<Result<(), Refusal>>,
}

impl Handler<Refill> for BillingAccount {
    type Result = ();

    fn handle(&mut self, message: Refill, _: &mut Context<Self>) {
        self.life.vital().took();
        let outcome = self.lend();
        // Whoever asked may have gone; the credits stay in the lease for the next.
        let _ = message.asker.send(outcome);
    }
}
