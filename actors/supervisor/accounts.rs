//! How the root finds, starts and restarts accounts.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};
use tokio::sync::oneshot;

use super::chatbots::READ_AGAIN;
use super::{Draining, Supervisor};
use crate::billing::state::BillingState;
use crate::billing::{AccountHandle, BillingAccount, Lease, read_account};
use crate::kernel::{ActorKind, Child, ChildDown, start_here};
use crate::model::{AccountId, Refusal, RefusalCode};
use crate::ports::PortError;

type Asker = oneshot::Sender<Result<Arc<AccountHandle>, Refusal>>;

impl Supervisor {
    pub(super) fn find_account(&mut self, id: AccountId, asker: Asker, ctx: &mut Context<Self>) {
        if let Some(account) = self.shared.directory.account(id) {
            let _ = asker.send(Ok(account));
            return;
        }
        let waiting = self.accounts_waited_for.entry(id).or_default();
        waiting.push(asker);
        if waiting.len() == 1 {
            self.read_account(id, ctx);
        }
    }

    fn read_account(&self, id: AccountId, ctx: &mut Context<Self>) {
        let ports = self.shared.ports.clone();
        let read = async move { read_account(&ports, id).await };
        ctx.spawn(read.into_actor(self).map(move |read, root, ctx| {
            let found = root.account_read(id, read, ctx);
            if found.is_err()
                && matches!(root.accounts.get(&id), Some(Child::Restarting | Child::Isolated(_)))
            {
                // Its handle is in many hands: it must come back without being asked for.
                ctx.run_later(READ_AGAIN, move |root, ctx| root.read_account(id, ctx));
            }
            for asker in root.accounts_waited_for.remove(&id).unwrap_or_default() {
                let _ = asker.send(found.clone());
            }
        }));
    }

    fn account_read(
        &mut self,
        id: AccountId,
        read: Result<Option<BillingState>, PortError>,
        ctx: &mut Context<Self>,
    ) -> Result<Arc<AccountHandle>, Refusal> {
        match read {
            // Whoever starts now would miss the word to end.
            Ok(_) if self.draining == Draining::Yes => Err(Refusal::leaving()),
            Ok(Some(state)) => Ok(self.start_account(id, state, ctx)),
            Ok(None) => Err(Refusal::new(RefusalCode::ChatbotNotReady, "The account does not exist.")),
            Err(error) => {
                tracing::warn!(account.id = %id, error = ?error, "the ledger can't be read now");
                Err(Refusal::overloaded())
            }
        }
    }

    /// Starts the account. A handle that others hold already is kept, with its lease and what is reserved from it.
    fn start_account(
        &mut self,
        id: AccountId,
        state: BillingState,
        ctx: &mut Context<Self>,
    ) -> Arc<AccountHandle> {
        let known = self.shared.directory.account(id);
        let lease =
            known.as_ref().map_or_else(|| Arc::new(Lease::default()), |known| Arc::clone(known.lease()));
        let generation = self.accounts.generation(&id);
        let birth = self.birth(id, (ActorKind::Billing, id.as_uuid()), generation, ctx);
        let world = (self.shared.ports.clone(), Arc::clone(&self.shared.limits));
        let account = BillingAccount::new(birth, world, Arc::clone(&lease), state);
        let vital = Arc::clone(account.life().vital());
        let addr = start_here(account, self.shared.limits.actor_mailbox_len);
        let mailbox = self.mailbox(addr, ActorKind::Billing, vital);
        self.accounts.started(id, mailbox.clone());
        if let Some(known) = known {
            known.moved_to(mailbox);
            return known;
        }
        let handle = Arc::new(AccountHandle::new(id, lease, mailbox));
        self.shared.directory.accounts.insert(id, Arc::clone(&handle));
        handle
    }
}

impl Handler<ChildDown<AccountId>> for Supervisor {
    type Result = ();

    fn handle(&mut self, notice: ChildDown<AccountId>, ctx: &mut Context<Self>) {
        let id = notice.key;
        if let Some(delay) = self.judged_or_rests(|root| &mut root.accounts, &notice) {
            ctx.run_later(delay, move |root, ctx| root.read_account(id, ctx));
        }
    }
}
