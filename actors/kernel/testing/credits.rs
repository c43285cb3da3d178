//! Credits in memory, with the rules of a real store.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::billing::{AskOthers, Book, OtherLease, OwnLease, decide};
use crate::model::{AccountId, NodeId};
use crate::ports::{LeaseClaim, LeaseGrant, Others, PeriodUsage, Renewed, Tally, WantedElsewhere};

/// What each process holds of each account.
#[derive(Debug, Default)]
pub(super) struct CreditBook {
    leases: HashMap<(AccountId, NodeId), Row>,
}

#[derive(Debug)]
struct Row {
    tally: Tally,
    asked: bool,
    ends: Instant,
}

impl CreditBook {
    pub(super) fn claim(&mut self, node: NodeId, claim: &LeaseClaim, usage: PeriodUsage) -> LeaseGrant {
        let (account, now) = (claim.account, Instant::now());
        let own = self.leases.remove(&(account, node));
        let own = own.map(|row| OwnLease { tally: row.tally, lives: row.ends > now });
        let Some(limit) = usage.plan.answers_per_month else {
            return LeaseGrant { usage, tally: Tally::default(), others: Others::Answered };
        };
        self.leases.retain(|(of, _), row| *of != account || row.ends > now);
        let others = self.leases.iter().filter(|((of, _), _)| *of == account);
        let others: Vec<_> =
            others.map(|(_, row)| OtherLease { tally: row.tally, asked: row.asked }).collect();
        let decision = decide(claim, &Book { limit, answers: usage.answers, own, others: &others });
        if decision.ask_others == AskOthers::Yes {
            let others = self.leases.iter_mut().filter(|((of, _), _)| *of == account);
            others.for_each(|(_, row)| row.asked = true);
        }
        if decision.own.outstanding() != 0 {
            let row = Row { tally: decision.own, asked: false, ends: now + claim.lasts };
            self.leases.insert((account, node), row);
        }
        LeaseGrant { usage, tally: decision.own, others: decision.others }
    }

    pub(super) fn renew(&mut self, node: NodeId, lasts: Duration) -> Vec<Renewed> {
        let now = Instant::now();
        let own = self.leases.iter_mut().filter(|((_, of), row)| *of == node && row.ends > now);
        let due = own.filter(|(_, row)| row.asked || row.ends < now + lasts * 2 / 3);
        let renewed = due.map(|((account, _), row)| {
            row.ends = now + lasts;
            let wanted_elsewhere = if row.asked { WantedElsewhere::Yes } else { WantedElsewhere::No };
            Renewed { account: *account, wanted_elsewhere }
        });
        renewed.collect()
    }

    /// Answers were stored that a process had credits for.
    pub(super) fn settle(&mut self, lease: (AccountId, NodeId), answers: u64) {
        if let Some(row) = self.leases.get_mut(&lease) {
            row.tally.settled += answers;
        }
    }

    /// Credits that processes hold.
    pub(super) fn out(&self, account: AccountId) -> i64 {
        let now = Instant::now();
        let rows = self.leases.iter().filter(|((of, _), row)| *of == account && row.ends > now);
        rows.map(|(_, row)| row.tally.outstanding()).sum()
    }
}
