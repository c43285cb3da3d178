//! How the root keeps the credits of all accounts: one call renews every lease of this process and learns which of them
//! others want back.

use std::collections::HashMap;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};

use super::Supervisor;
use crate::billing::AskedAt;
use crate::model::AccountId;
use crate::ports::{PortError, Renewed, WantedElsewhere};

/// How often leases are looked at. A question that waits for credits of another process waits about this long.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Whether leases are being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    Idle,
    UnderWay,
}

impl Supervisor {
    pub(super) fn watch_leases(&self, ctx: &mut Context<Self>) {
        ctx.run_interval(LOOK_EVERY, |root, ctx| root.look_at_leases(ctx));
    }

    fn look_at_leases(&mut self, ctx: &mut Context<Self>) {
        let held: HashMap<AccountId, AskedAt> = self.shared.directory.leases_out().collect();
        if held.is_empty() || self.leases_watched == Watch::UnderWay {
            return;
        }
        self.leases_watched = Watch::UnderWay;
        let (ledger, lasts) = (self.shared.ports.ledger.clone(), self.shared.limits.lease_lasts);
        let renew = async move { ledger.renew(lasts).await };
        ctx.spawn(renew.into_actor(self).map(move |renewed, root, _| {
            root.leases_watched = Watch::Idle;
            root.leases_renewed(renewed, &held);
        }));
    }

    fn leases_renewed(&self, renewed: Result<Vec<Renewed>, PortError>, held: &HashMap<AccountId, AskedAt>) {
        let renewed = renewed.unwrap_or_else(|error| {
            tracing::warn!(error = ?error, "leases can't be renewed now; credits that can't be are not used");
            Vec::new()
        });
        for Renewed { account, wanted_elsewhere } in renewed {
            let found = held.get(&account).zip(self.shared.directory.account(account));
            let Some((asked, handle)) = found else { continue };
            handle.lease().extend(*asked, self.shared.limits.lease_lasts);
            if wanted_elsewhere == WantedElsewhere::Yes {
                handle.give_back();
            }
        }
    }
}
