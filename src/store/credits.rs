//! The credits that processes hold: who gets one is decided here, under a lock on the account, by what is stored.
//!
//! What is settled and what is out never exceeds the plan, since granting looks at both while nobody else grants, and
//! storing an answer moves its credit from the one to the other in the journal's own transaction. Time is the
//! database's: it is the one clock that all processes share. Locks are taken in one order, the account's row before its
//! leases, and leases of many accounts by account.

use std::collections::{BTreeMap, HashSet};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use aihio_actors::billing::{AskOthers, Book, Decision, OtherLease, OwnLease, decide};
use aihio_actors::model::{AccountId, Plan};
use aihio_actors::ports::{LeaseClaim, LeaseGrant, Others, PeriodUsage, Renewed, Tally, WantedElsewhere};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, TransactionTrait, Value};
use serde::Serialize;
use uuid::Uuid;
use uuid::fmt::Simple;

use super::dialect::{Sql, json_rows};
use super::journal::Transaction;
use super::{Store, StoreError};

/// Accounts with a limit that this process has claimed credits of: answers of all others lower no lease and cost no
/// statement.
pub(super) type LimitedAccounts = RwLock<HashSet<AccountId>>;

/// What the journal must know to spend credits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leases<'a> {
    process: Uuid,
    limited: &'a LimitedAccounts,
}

/// Keeps all other grants of the account (`$1`) out until the transaction ends. Rows that refer to the account may go on
/// coming in. SQLite has one writer.
const LOCK: Sql = Sql {
    sqlite: "SELECT account_id FROM accounts WHERE account_id = $1",
    postgres: "SELECT account_id FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE",
};

/// The leases of an account (`$1`), each beside the answers since `$2`; one row without a lease where there is none. It
/// is one statement, so that an answer which is being stored is in the one or in the other, and never in both or none.
const READ: Sql = Sql {
    sqlite: "SELECT answers, node_id, granted, returned, settled, asked, \
             expires_at > strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') AS lives \
             FROM (SELECT coalesce(sum(amount), 0) AS answers FROM usage_logs \
                WHERE account_id = $1 AND type = 'answer' AND created_at >= $2) \
             LEFT JOIN credit_leases ON account_id = $1",
    postgres: "SELECT answers, node_id, granted, returned, settled, asked, expires_at > clock_timestamp() AS lives \
             FROM (SELECT CAST(coalesce(sum(amount), 0) AS bigint) AS answers FROM usage_logs \
                WHERE account_id = $1 AND type = 'answer' AND created_at >= $2) AS used \
             LEFT JOIN credit_leases ON account_id = $1",
};

/// Writes the lease of a process (`$2`) on an account (`$1`), which lasts `$6` seconds from now. Answers that were stored
/// since it was read stay counted.
const WRITE: Sql = Sql {
    sqlite: "INSERT INTO credit_leases (account_id, node_id, granted, returned, settled, asked, expires_at) \
             VALUES ($1, $2, $3, $4, $5, false, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+' || $6 || ' seconds')) \
             ON CONFLICT (account_id, node_id) DO UPDATE SET granted = excluded.granted, \
             returned = excluded.returned, settled = max(settled, excluded.settled), asked = false, expires_at = excluded.expires_at",
    postgres: "INSERT INTO credit_leases (account_id, node_id, granted, returned, settled, asked, expires_at) \
             VALUES ($1, $2, $3, $4, $5, false, clock_timestamp() + make_interval(secs => $6)) \
             ON CONFLICT (account_id, node_id) DO UPDATE SET granted = excluded.granted, \
             returned = excluded.returned, settled = greatest(credit_leases.settled, excluded.settled), asked = false, \
             expires_at = excluded.expires_at",
};

/// Takes away the own lease (`$2`) of an account (`$1`), under which nothing is out any more.
const DROP_OWN: Sql = Sql::same("DELETE FROM credit_leases WHERE account_id = $1 AND node_id = $2");

/// Takes away the leases of an account (`$1`) that have ended, but for the own one (`$2`).
const DROP_ENDED: Sql = Sql {
    sqlite: "DELETE FROM credit_leases WHERE account_id = $1 AND node_id <> $2 \
             AND expires_at <= strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    postgres: "DELETE FROM credit_leases WHERE account_id = $1 AND node_id <> $2 AND expires_at <= clock_timestamp()",
};

/// Asks all processes but one (`$2`) to give back what they don't use of an account (`$1`).
const ASK: Sql = Sql::same(
    "UPDATE credit_leases SET asked = true WHERE account_id = $1 AND node_id <> $2 AND granted > returned + settled",
);

/// Renews the leases of a process (`$1`) that are asked for or would end within two thirds of the time (`$2`, seconds)
/// for which they are renewed. Rows that a transaction holds are left for the next time: whoever renews never waits.
const RENEW: Sql = Sql {
    sqlite: "UPDATE credit_leases SET expires_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+' || $2 || ' seconds') \
             WHERE node_id = $1 AND expires_at > strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') AND (asked \
             OR expires_at < strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+' || ($2 * 2 / 3) || ' seconds')) \
             RETURNING account_id, asked",
    postgres: "WITH due AS (SELECT account_id, node_id FROM credit_leases \
                WHERE node_id = $1 AND expires_at > clock_timestamp() \
                AND (asked OR expires_at < clock_timestamp() + make_interval(secs => $2 * 2 / 3)) \
                FOR UPDATE SKIP LOCKED) \
             UPDATE credit_leases AS lease SET expires_at = clock_timestamp() + make_interval(secs => $2) FROM due \
             WHERE lease.account_id = due.account_id AND lease.node_id = due.node_id \
             RETURNING lease.account_id, lease.asked",
};

/// Lowers the leases of a process (`$2`) by the answers that were stored. The rows are locked by account, so that two
/// transactions that spend of the same accounts wait for each other and never in a circle.
const SPEND: Sql = Sql {
    sqlite: "UPDATE credit_leases SET settled = settled + item.amount \
             FROM (SELECT unhex(value ->> 'account') AS account, value ->> 'amount' AS amount FROM json_each($1)) AS item \
             WHERE account_id = item.account AND node_id = $2",
    postgres: "WITH spent AS (SELECT lease.account_id, lease.node_id, item.amount FROM credit_leases AS lease \
                JOIN jsonb_to_recordset($1::text::jsonb) AS item (account uuid, amount bigint) \
                ON lease.account_id = item.account WHERE lease.node_id = $2 \
                ORDER BY lease.account_id FOR UPDATE OF lease) \
             UPDATE credit_leases AS lease SET settled = lease.settled + spent.amount FROM spent \
             WHERE lease.account_id = spent.account_id AND lease.node_id = spent.node_id",
};

/// Answers of an account that were stored.
#[derive(Debug, Serialize)]
struct SpentRow {
    account: Simple,
    amount: u64,
}

/// Spends the credits of answers (by account) in the transaction that stores them.
pub(super) async fn spend(
    transaction: &mut Transaction,
    leases: Leases<'_>,
    answers: &BTreeMap<AccountId, u64>,
) -> Result<(), StoreError> {
    let rows: Vec<SpentRow> = {
        let limited = leases.limited.read().unwrap_or_else(PoisonError::into_inner);
        let paid = answers.iter().filter(|(account, _)| limited.contains(account));
        paid.map(|(account, amount)| SpentRow { account: account.as_uuid().simple(), amount: *amount })
            .collect()
    };
    if !rows.is_empty() {
        transaction.run(SPEND, json_rows(&rows)?, Some(leases.process)).await?;
    }
    Ok(())
}

impl Store {
    /// What the journal must know to spend credits.
    pub(super) fn leases(&self) -> Leases<'_> {
        Leases { process: self.connections.process, limited: &self.connections.limited }
    }

    pub(super) async fn claim_credits(&self, claim: &LeaseClaim) -> Result<Option<LeaseGrant>, StoreError> {
        let plan = self.plan_of(claim.account).await?;
        let Some(limit) = plan.answers_per_month else { return self.lift_limit(claim, plan).await };
        self.change_limited(claim.account, HashSet::insert);
        let transaction = self.writer().begin().await?;
        let account = vec![claim.account.as_uuid().into()];
        if transaction.query_one_raw(LOCK.with(&transaction, account)).await?.is_none() {
            return Ok(None);
        }
        let values = vec![claim.account.as_uuid().into(), claim.since.into()];
        let rows = transaction.query_all_raw(READ.with(&transaction, values)).await?;
        let answers = rows.first().map_or(Ok(0), |row| count(row, "answers"))?;
        let leases = rows.iter().filter_map(|row| lease_row(row).transpose());
        let leases = leases.collect::<Result<Vec<_>, _>>()?;
        let decision = self.decide(claim, (limit, answers), &leases);
        self.write_decision(&transaction, claim, &leases, decision).await?;
        transaction.commit().await?;
        let usage = PeriodUsage { plan, answers };
        Ok(Some(LeaseGrant { usage, tally: decision.own, others: decision.others }))
    }

    /// An account without a limit holds no lease.
    async fn lift_limit(&self, claim: &LeaseClaim, plan: Plan) -> Result<Option<LeaseGrant>, StoreError> {
        self.change_limited(claim.account, |limited, account| limited.remove(&account));
        self.writer().execute_raw(DROP_OWN.with(self.writer(), self.lease_key(claim.account))).await?;
        let usage = self.period_usage(claim.account, claim.since).await?;
        Ok(usage.map(|usage| LeaseGrant {
            usage: PeriodUsage { plan, ..usage },
            tally: Tally::default(),
            others: Others::Answered,
        }))
    }

    fn decide(&self, claim: &LeaseClaim, (limit, answers): (u64, u64), leases: &[LeaseRow]) -> Decision {
        let own = leases.iter().find(|lease| lease.node == self.connections.process);
        let own = own.map(|lease| OwnLease { tally: lease.tally, lives: lease.lives });
        let others = leases.iter().filter(|lease| lease.node != self.connections.process && lease.lives);
        let others: Vec<_> =
            others.map(|lease| OtherLease { tally: lease.tally, asked: lease.asked }).collect();
        decide(claim, &Book { limit, answers, own, others: &others })
    }

    async fn write_decision(
        &self,
        transaction: &DatabaseTransaction,
        claim: &LeaseClaim,
        leases: &[LeaseRow],
        decision: Decision,
    ) -> Result<(), StoreError> {
        let (process, key) = (self.connections.process, self.lease_key(claim.account));
        if leases.iter().any(|lease| lease.node != process && !lease.lives) {
            transaction.execute_raw(DROP_ENDED.with(transaction, key.clone())).await?;
        }
        if decision.ask_others == AskOthers::Yes {
            transaction.execute_raw(ASK.with(transaction, key.clone())).await?;
        }
        if decision.own.outstanding() != 0 {
            transaction.execute_raw(WRITE.with(transaction, written(key, claim, decision.own))).await?;
        } else if leases.iter().any(|lease| lease.node == process) {
            transaction.execute_raw(DROP_OWN.with(transaction, key)).await?;
        }
        Ok(())
    }

    fn lease_key(&self, account: AccountId) -> Vec<Value> {
        vec![account.as_uuid().into(), self.connections.process.into()]
    }

    fn change_limited(
        &self,
        account: AccountId,
        change: impl FnOnce(&mut HashSet<AccountId>, AccountId) -> bool,
    ) {
        let mut limited = self.connections.limited.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut limited, account);
    }

    pub(super) async fn renew_leases(&self, lasts: Duration) -> Result<Vec<Renewed>, StoreError> {
        let values = vec![self.connections.process.into(), lasts.as_secs_f64().into()];
        let rows = self.writer().query_all_raw(RENEW.with(self.writer(), values)).await?;
        let renewed = rows.iter().map(|row| {
            let wanted = if row.try_get("", "asked")? { WantedElsewhere::Yes } else { WantedElsewhere::No };
            Ok(Renewed {
                account: AccountId::from_uuid(row.try_get("", "account_id")?),
                wanted_elsewhere: wanted,
            })
        });
        renewed.collect()
    }

    /// Ends all leases: for SQLite at start, where whoever held one was a process before this one.
    pub(super) async fn end_all_leases(&self) -> Result<(), StoreError> {
        self.writer().execute_unprepared("DELETE FROM credit_leases").await?;
        Ok(())
    }
}

/// A lease as it is stored.
struct LeaseRow {
    node: Uuid,
    tally: Tally,
    asked: bool,
    lives: bool,
}

/// The lease in a row of [`READ`], if it has one.
fn lease_row(row: &QueryResult) -> Result<Option<LeaseRow>, StoreError> {
    let Some(node) = row.try_get("", "node_id")? else { return Ok(None) };
    let tally = Tally {
        granted: count(row, "granted")?,
        returned: count(row, "returned")?,
        settled: count(row, "settled")?,
    };
    Ok(Some(LeaseRow { node, tally, asked: row.try_get("", "asked")?, lives: row.try_get("", "lives")? }))
}

fn count(row: &QueryResult, column: &'static str) -> Result<u64, StoreError> {
    let count: i64 = row.try_get("", column)?;
    u64::try_from(count).map_err(|_| StoreError::inconsistent("credit_leases", column, &count))
}

/// The values of [`WRITE`].
fn written(mut key: Vec<Value>, claim: &LeaseClaim, own: Tally) -> Vec<Value> {
    let counts = [own.granted, own.returned, own.settled];
    key.extend(counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX).into()));
    key.push(claim.lasts.as_secs_f64().into());
    key
}
