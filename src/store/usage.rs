//! What an account has used.

use std::ops::Range;

use aihio_actors::model::{ChatbotId, Timestamp, UsageKind};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::dialect::Sql;
use super::words::Word;
use super::{StoreError, Tenant};

/// What a chatbot used on one day (UTC) of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageDay {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Which chatbot.
    pub chatbot_id: ChatbotId,
    /// What.
    pub kind: UsageKind,
    /// How much, in the kind's own unit.
    pub amount: u64,
}

/// Usage by day of an account (`$1`) from `$2` up to before `$3`: from the roll-ups as far as they go, which is one hour
/// past the account's last, and from the rows after that. Hours that are not over at `$4` may have been rolled up by a
/// clock that was ahead: those are left out of account.
const BY_DAY: Sql = Sql {
    sqlite: "WITH rolled AS (\
                SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', coalesce(max(hour), '0001-01-01'), '+1 hour') AS until \
                FROM usage_rollups \
                WHERE account_id = $1 AND hour <= strftime('%Y-%m-%dT%H:%M:%S+00:00', $4, '-1 hour')), \
             used AS (\
                SELECT hour AS at, chatbot_id, type, amount FROM usage_rollups, rolled \
                WHERE account_id = $1 AND hour >= $2 AND hour < $3 AND hour < rolled.until \
                UNION ALL \
                SELECT created_at AS at, chatbot_id, type, amount FROM usage_logs, rolled \
                WHERE account_id = $1 AND created_at >= $2 AND created_at < $3 AND created_at >= rolled.until) \
             SELECT substr(at, 1, 10) AS day, chatbot_id, type, sum(amount) AS amount FROM used \
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    postgres: "WITH rolled AS (\
                SELECT coalesce(max(hour) + interval '1 hour', '-infinity') AS until FROM usage_rollups \
                WHERE account_id = $1 AND hour <= $4 - interval '1 hour'), \
             used AS (\
                SELECT hour AS at, chatbot_id, type, amount FROM usage_rollups, rolled \
                WHERE account_id = $1 AND hour >= $2 AND hour < $3 AND hour < rolled.until \
                UNION ALL \
                SELECT created_at AS at, chatbot_id, type, amount FROM usage_logs, rolled \
                WHERE account_id = $1 AND created_at >= $2 AND created_at < $3 AND created_at >= rolled.until) \
             SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, chatbot_id, type, \
             CAST(sum(amount) AS bigint) AS amount FROM used GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
};

/// An account's (`$1`) usage of a kind (`$2`) since `$3`, from the rows themselves.
pub(super) const TOTAL: Sql = Sql::same(
    "SELECT CAST(coalesce(sum(amount), 0) AS bigint) AS amount FROM usage_logs \
     WHERE account_id = $1 AND type = $2 AND created_at >= $3",
);

impl Tenant {
    /// Usage by day, chatbot and kind, from the range's start up to before its end, as it is known `now`. Days that the
    /// range cuts are whole hours short at most where they have been rolled up.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn usage_by_day(
        &self,
        range: Range<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let values = vec![self.owner().into(), range.start.into(), range.end.into(), now.into()];
        let rows = self.reader().query_all_raw(BY_DAY.with(self.reader(), values)).await?;
        rows.iter().map(day).collect()
    }

    /// How much of a kind the account has used since a moment.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn usage_total(&self, kind: UsageKind, since: Timestamp) -> Result<u64, StoreError> {
        self.store.used(self.account_id(), kind, since).await
    }
}

fn day(row: &QueryResult) -> Result<UsageDay, StoreError> {
    let day: String = row.try_get("", "day")?;
    let kind: String = row.try_get("", "type")?;
    Ok(UsageDay {
        day: day.parse().map_err(|_| StoreError::inconsistent("usage_logs", "created_at", &&day))?,
        chatbot_id: ChatbotId::from_uuid(row.try_get::<Uuid>("", "chatbot_id")?),
        kind: UsageKind::read(&kind, "usage_logs", "type")?,
        amount: amount(row)?,
    })
}

/// A sum that can't be negative.
pub(super) fn amount(row: &QueryResult) -> Result<u64, StoreError> {
    let amount: i64 = row.try_get("", "amount")?;
    u64::try_from(amount).map_err(|_| StoreError::inconsistent("usage_logs", "amount", &amount))
}
