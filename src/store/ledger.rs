//! Plans and usage: what billing rests on.

use std::time::Duration;

use aihio_actors::model::{AccountId, Plan, PlanId, Timestamp, UsageKind};
use aihio_actors::ports::{LeaseClaim, LeaseGrant, Ledger, PeriodUsage, PortError, Renewed};
use async_trait::async_trait;
use chrono::{DurationRound, TimeDelta};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement, TransactionTrait};

use super::dialect::Sql;
use super::entities::{account, subscription};
use super::patience::Patience;
use super::usage::{TOTAL, amount};
use super::words::Word;
use super::{Store, StoreError};

/// Before anything is summed, what was summed of hours that are not over at `$1`: the clock was ahead then, and they may
/// still grow.
const FORGET_OPEN_HOURS: Sql = Sql::same("DELETE FROM usage_rollups WHERE hour >= $1");

/// Sums closed hours, all before `$1`. Only the last two days before the newest roll-up are summed again, for rows that
/// were written late or while the clock was behind; sums that have not changed are not written again.
const ROLL_UP: Sql = Sql {
    sqlite: "INSERT INTO usage_rollups (account_id, chatbot_id, type, hour, amount) \
             SELECT account_id, chatbot_id, type, substr(created_at, 1, 13) || ':00:00+00:00', sum(amount) \
             FROM usage_logs WHERE created_at < $1 AND created_at >= coalesce(\
                (SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', max(hour), '-48 hours') FROM usage_rollups), '') \
             GROUP BY 1, 2, 3, 4 \
             ON CONFLICT (account_id, hour, chatbot_id, type) DO UPDATE SET amount = excluded.amount \
             WHERE usage_rollups.amount <> excluded.amount",
    postgres: "INSERT INTO usage_rollups (account_id, chatbot_id, type, hour, amount) \
             SELECT account_id, chatbot_id, type, date_trunc('hour', created_at, 'UTC'), sum(amount) \
             FROM usage_logs WHERE created_at < $1 AND created_at >= coalesce(\
                (SELECT max(hour) - interval '48 hours' FROM usage_rollups), '-infinity') \
             GROUP BY 1, 2, 3, 4 \
             ON CONFLICT (account_id, hour, chatbot_id, type) DO UPDATE SET amount = excluded.amount \
             WHERE usage_rollups.amount <> excluded.amount",
};

/// Of several processes one rolls up at a time; the others do nothing. SQLite has but one.
const ROLL_UP_LOCK: &str = "SELECT pg_try_advisory_xact_lock(4103) AS mine";

#[async_trait]
impl Ledger for Store {
    async fn period(&self, account: AccountId, since: Timestamp) -> Result<Option<PeriodUsage>, PortError> {
        Patience::Visitor.ask("ledger", self.period_usage(account, since)).await
    }

    async fn claim(&self, claim: &LeaseClaim) -> Result<Option<LeaseGrant>, PortError> {
        Patience::Visitor.ask("ledger", self.claim_credits(claim)).await
    }

    async fn renew(&self, lasts: Duration) -> Result<Vec<Renewed>, PortError> {
        Patience::Visitor.ask("ledger", self.renew_leases(lasts)).await
    }

    async fn roll_up(&self, now: Timestamp) -> Result<u64, PortError> {
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        Patience::Work.ask("ledger", self.roll_up_before(hour)).await
    }

    async fn prepare_partitions(&self, now: Timestamp) -> Result<(), PortError> {
        Patience::Work.ask("ledger", self.make_partitions(now)).await
    }
}

impl Store {
    /// Sums up what was used before a full hour; says how many sums changed.
    async fn roll_up_before(&self, hour: Timestamp) -> Result<u64, StoreError> {
        let transaction = self.writer().begin().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            let lock = Statement::from_string(DbBackend::Postgres, ROLL_UP_LOCK);
            let row = transaction.query_one_raw(lock).await?;
            if !row.map_or(Ok(false), |row| row.try_get("", "mine"))? {
                return Ok(0);
            }
        }
        transaction.execute_raw(FORGET_OPEN_HOURS.with(&transaction, vec![hour.into()])).await?;
        let summed = transaction.execute_raw(ROLL_UP.with(&transaction, vec![hour.into()])).await?;
        transaction.commit().await?;
        Ok(summed.rows_affected())
    }

    pub(super) async fn period_usage(
        &self,
        account: AccountId,
        since: Timestamp,
    ) -> Result<Option<PeriodUsage>, StoreError> {
        if account::Entity::find_by_id(account.as_uuid()).one(self.reader()).await?.is_none() {
            return Ok(None);
        }
        let plan = self.plan_of(account).await?;
        let answers = self.used(account, UsageKind::Answer, since).await?;
        Ok(Some(PeriodUsage { plan, answers }))
    }

    /// The plan that an account is on.
    ///
    /// # Errors
    /// When the store can't be read, or names a plan that is not on offer.
    pub async fn plan_of(&self, account: AccountId) -> Result<Plan, StoreError> {
        let row = subscription::Entity::find_by_id(account.as_uuid()).one(self.reader()).await?;
        let plan = row.map_or_else(|| self.connections.default_plan.clone(), |row| PlanId(row.plan));
        let known = self.connections.plans.get(&plan).cloned();
        known.ok_or_else(|| StoreError::inconsistent("subscriptions", "plan", &account))
    }

    /// How much of a kind an account has used since a moment. Read where it is written: an account that has just used
    /// its last credit must be told so.
    pub(super) async fn used(
        &self,
        account: AccountId,
        kind: UsageKind,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let values = vec![account.as_uuid().into(), kind.word().into(), since.into()];
        let row = self.reader().query_one_raw(TOTAL.with(self.reader(), values)).await?;
        row.as_ref().map_or(Ok(0), amount)
    }
}
