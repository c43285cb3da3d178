//! How an account touches the world: it claims credits from the ledger, and tells those that wait.

use std::collections::VecDeque;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};
use tokio::time::Instant;

use super::lease::{AskedAt, ClaimOf};
use super::snapshot::from_ledger;
use super::state::{BillingState, Exhausted, Verdict, period_of};
use super::{Asker, BillingAccount, Claim, Report};
use crate::model::{AccountId, Refusal, RefusalCode};
use crate::ports::{LeaseGrant, PortError, Ports, Recall};

/// How long a question waits for other processes to give back what they don't use. They look twice a second.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the ledger is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// How often an account that leaves looks whether its last claim has been answered.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The account as the ledger knows it now.
pub(crate) async fn read_account(
    ports: &Ports,
    account: AccountId,
) -> Result<Option<BillingState>, PortError> {
    let usage = ports.ledger.period(account, period_of(ports.clock.now())).await?;
    Ok(usage.map(from_ledger))
}

impl BillingAccount {
    /// Serves somebody who found the lease empty, or lets them wait for the next claim.
    pub(super) fn refill(&mut self, asker: Asker, ctx: &mut Context<Self>) {
        // What others gave back meanwhile is used first.
        if self.lease.count().available > 0 {
            return tell(asker, Ok(()));
        }
        if let Some(exhausted) = self.state.known_exhausted(self.ports.clock.now()) {
            return tell(asker, Err(refusal(&exhausted)));
        }
        self.fresh.push_back(asker);
        self.ask(ctx);
    }

    /// Gives all free credits back.
    pub(super) fn give_back(&mut self, ctx: &mut Context<Self>) {
        self.lease.give_back();
        self.report = Report::Due;
        self.ask(ctx);
    }

    pub(super) fn give_back_if_idle(&mut self, ctx: &mut Context<Self>) {
        let taken = self.lease.taken();
        let idle = std::mem::replace(&mut self.taken_before, taken) == taken;
        if idle && self.lease.is_out() && self.lease.count().available > 0 {
            self.give_back(ctx);
        }
    }

    /// Asks the ledger, if there is a reason and no claim is under way.
    pub(super) fn ask(&mut self, ctx: &mut Context<Self>) {
        self.serve();
        let nobody_waits = self.fresh.is_empty() && self.asked.is_empty();
        if self.claim != Claim::None || (nobody_waits && self.report == Report::None) {
            return;
        }
        (self.claim, self.report) = (Claim::UnderWay, Report::None);
        let recall = if self.fresh.is_empty() { self.recall } else { Recall::Begin };
        let until = Instant::now() + PATIENCE;
        self.asked.extend(self.fresh.drain(..).map(|asker| (until, asker)));
        let block = (!nobody_waits).then_some(self.limits.lease_credits);
        let (claim, asked_at) = self.lease.claim(self.claim_of(recall), block);
        let ledger = self.ports.ledger.clone();
        let ask = async move { ledger.claim(&claim).await };
        ctx.spawn(ask.into_actor(self).map(move |grant, account, ctx| {
            account.claim = Claim::None;
            account.answered(grant, asked_at, ctx);
        }));
    }

    fn claim_of(&self, recall: Recall) -> ClaimOf {
        let since = period_of(self.ports.clock.now());
        ClaimOf { account: self.id, since, recall, lasts: self.limits.lease_lasts }
    }

    /// Lets as many go on as there are credits at hand.
    fn serve(&mut self) {
        for _ in 0..self.lease.count().available {
            let next = self.asked.pop_front().map(|(_, asker)| asker).or_else(|| self.fresh.pop_front());
            let Some(asker) = next else { return };
            tell(asker, Ok(()));
        }
    }

    fn answered(
        &mut self,
        grant: Result<Option<LeaseGrant>, PortError>,
        asked_at: AskedAt,
        ctx: &mut Context<Self>,
    ) {
        match grant {
            Ok(Some(grant)) => {
                self.lease.learn(&grant, asked_at, self.limits.lease_lasts);
                self.judge(&grant, ctx);
            }
            Ok(None) => {
                tracing::warn!(account.id = %self.id, "the account has no row in the store");
                self.refuse_asked(&Refusal::overloaded());
            }
            Err(error) => {
                tracing::warn!(account.id = %self.id, error = ?error, "the ledger can't be asked now");
                self.refuse_asked(&Refusal::overloaded());
            }
        }
        if self.report == Report::Due || !self.fresh.is_empty() {
            self.ask(ctx);
        }
    }

    fn judge(&mut self, grant: &LeaseGrant, ctx: &mut Context<Self>) {
        let at_hand = self.lease.count().available;
        self.recall = Recall::Begin;
        match self.state.judge(grant, at_hand, self.ports.clock.now()) {
            Verdict::ServeAll => {
                let all = self.asked.drain(..).map(|(_, asker)| asker).chain(self.fresh.drain(..));
                all.for_each(|asker| tell(asker, Ok(())));
            }
            Verdict::Serve(_) => self.ask(ctx),
            Verdict::Wait => self.wait(ctx),
            Verdict::Refuse(exhausted) => self.refuse_asked(&refusal(&exhausted)),
        }
    }

    /// Lets those wait who have not waited long enough.
    fn wait(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        let over = self.asked.iter().take_while(|(until, _)| *until <= now).count();
        let refused = self.asked.drain(..over).collect();
        self.refuse(refused, &refusal(&self.state.exhausted(self.ports.clock.now())));
        if !self.asked.is_empty() {
            (self.claim, self.recall) = (Claim::Paused, Recall::Await);
            ctx.run_later(ASK_EVERY, |account, ctx| {
                account.claim = Claim::None;
                account.ask(ctx);
            });
        }
    }

    fn refuse_asked(&mut self, refusal: &Refusal) {
        let all = std::mem::take(&mut self.asked);
        self.refuse(all, refusal);
    }

    fn refuse(&self, askers: VecDeque<(Instant, Asker)>, refusal: &Refusal) {
        if !askers.is_empty() {
            tracing::debug!(account.id = %self.id, refused = askers.len(), "no credit");
        }
        askers.into_iter().for_each(|(_, asker)| tell(asker, Err(refusal.clone())));
    }

    /// Gives everything back, after the claim under way, and ends.
    pub(super) fn report_and_stop(&mut self, until: Instant, ctx: &mut Context<Self>) {
        self.lease.give_back();
        if self.lease.tally().granted == 0 || Instant::now() >= until {
            return ctx.stop();
        }
        if self.claim == Claim::UnderWay {
            let again =
                move |account: &mut Self, ctx: &mut Context<Self>| account.report_and_stop(until, ctx);
            ctx.run_later(LOOK_AGAIN, again);
            return;
        }
        let (claim, _) = self.lease.claim(self.claim_of(Recall::Await), None);
        let (ledger, id) = (self.ports.ledger.clone(), self.id);
        let report = async move {
            if !matches!(tokio::time::timeout_at(until, ledger.claim(&claim)).await, Ok(Ok(_))) {
                tracing::warn!(account.id = %id, "credits could not be given back; they are free when the lease ends");
            }
        };
        ctx.wait(report.into_actor(self).map(|(), _, ctx| ctx.stop()));
    }
}

/// Whoever asked may have gone; the credits stay in the lease for the next.
fn tell(asker: Asker, outcome: Result<(), Refusal>) {
    let _ = asker.send(outcome);
}

fn refusal(exhausted: &Exhausted) -> Refusal {
    let message = format!(
        "All {} answers of the plan \u{201c}{}\u{201d} are used up. They are renewed on {}; a larger plan helps at once.",
        exhausted.limit,
        exhausted.plan_name,
        exhausted.renewed_at.format("%Y-%m-%d"),
    );
    Refusal::new(RefusalCode::QuotaExceeded, message)
}
