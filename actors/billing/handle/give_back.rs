//! Another process has questions and no credits.

use actix::{Context, Handler, Message};

use crate::billing::BillingAccount;

/// Give back what is not used here.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct GiveBack;

impl Handler<GiveBack> for BillingAccount {
    type Result = ();

    fn handle(&mut self, _: GiveBack, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.give_back(ctx);
    }
}
