//! How an account touches the world: it reads the ledger and moves credits into the lease.

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};

use super::snapshot::from_ledger;
use super::state::{BillingState, period_of};
use super::{BillingAccount, Lease};
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

/// How many answers this process had settled when the ledger began to be read.
#[derive(Debug, Clone, Copy)]
pub struct SettledBefore(u64);

impl SettledBefore {
    /// As the lease says now.
    #[must_use]
    pub fn now(lease: &Lease) -> Self {
        Self(lease.count().settled)
    }
}

impl BillingAccount {
    /// Recalls what an earlier life or period lent, so that the lease holds nothing that this state does not know.
    /// Answers that were settled while the ledger was being read may be missing in what it said: they count as used.
    pub(super) fn take_back(&mut self, before: SettledBefore) {
        self.lease.recall();
        let count = self.lease.count();
        self.state.acknowledge(count.reserved + count.settled.saturating_sub(before.0));
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
        let before = SettledBefore::now(&self.lease);
        let read = async move { read_account(&ports, id).await };
        ctx.spawn(read.into_actor(self).map(move |read, account, _| match read {
            Ok(Some(state)) => {
                account.state = state;
                account.take_back(before);
            }
            Ok(None) => tracing::warn!(account.id = %account.id, "the account has no row in the store"),
            Err(error) => {
                tracing::warn!(account.id = %account.id, error = ?error, "the ledger can't be read now");
            }
        }));
    }
}
