//! How an account touches the world: it reads the ledger and moves credits into the lease.

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};

use super::BillingAccount;
use super::snapshot::from_ledger;
use super::state::{BillingState, period_of};
use crate::model::{AccountId, Refusal, RefusalCode};
use crate::ports::{PortError, Ports};

/// The account as the ledger knows it now.
pub(crate) async fn read_account(
    ports: &Ports,
    account: AccountId,
) -> Result<Option<BillingState>, PortError> {
    let now = ports.clock.now();
    let usage = ports.ledger.period(account, period_of(now)).await?;
    Ok(usage.map(|usage| from_ledger(usage, now)))
}

impl BillingAccount {
    /// Recalls what an earlier life or period lent, so that the lease holds nothing that this state does not know.
    pub(super) fn take_back(&mut self) {
        self.lease.recall();
        self.state.acknowledge(self.lease.count().reserved);
        self.lease.set_unlimited(self.state.limit().is_none());
    }

    pub(super) fn lend(&mut self) -> Result<(), Refusal> {
        // What others gave back meanwhile is lent again first.
        if self.lease.count().available > 0 {
            return Ok(());
        }
        let credits = self.state.lend(self.limits.lease_credits).map_err(|exhausted| {
            let message = format!(
                "All {} answers of the plan \u{201c}{}\u{201d} are used up. They are renewed on {}; a larger plan helps at once.",
                exhausted.limit,
                exhausted.plan_name,
                exhausted.renewed_at.format("%Y-%m-%d"),
            );
            Refusal::new(RefusalCode::QuotaExceeded, message)
        })?;
        self.lease.grant(credits);
        Ok(())
    }

    pub(super) fn renew_if_due(&self, ctx: &mut Context<Self>) {
        if self.state.is_over(self.ports.clock.now()) {
            self.renew(ctx);
        }
    }

    pub(super) fn renew(&self, ctx: &mut Context<Self>) {
        let (ports, id) = (self.ports.clone(), self.id);
        let read = async move { read_account(&ports, id).await };
        ctx.spawn(read.into_actor(self).map(|read, account, _| match read {
            Ok(Some(state)) => {
                account.state = state;
                account.take_back();
            }
            Ok(None) => tracing::warn!(account.id = %account.id, "the account has no row in the store"),
            Err(error) => {
                tracing::warn!(account.id = %account.id, error = ?error, "the ledger can't be read now");
            }
        }));
    }
}
