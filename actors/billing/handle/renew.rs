//! The plan has changed.

use actix::{Context, Handler, Message};

use crate::billing::BillingAccount;

/// Read plan and usage again. What was granted under the former plan goes back.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Renew;

impl Handler<Renew> for BillingAccount {
    type Result = ();

    fn handle(&mut self, _: Renew, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.state.forget();
        self.give_back(ctx);
    }
}
