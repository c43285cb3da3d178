//! The process shuts down.

use std::time::Duration;

use actix::{Context, Handler};
use tokio::time::Instant;

use crate::billing::BillingAccount;
use crate::kernel::{ExitReason, Leave};

/// How long the last report may take. Without it the credits are free when the lease ends.
const LAST_REPORT: Duration = Duration::from_secs(1);

impl Handler<Leave> for BillingAccount {
    type Result = ();

    fn handle(&mut self, _: Leave, ctx: &mut Context<Self>) {
        self.life.ends(ExitReason::Drained);
        self.report_and_stop(Instant::now() + LAST_REPORT, ctx);
    }
}
