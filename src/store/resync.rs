//! Sources that are read again by the clock.

use std::num::NonZeroU32;

use aihio_actors::model::{AccountId, ChatbotId, Job, JobId, SourceId, Timestamp};
use aihio_actors::ports::DueSource;
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, TransactionTrait,
};

use super::dialect::{Sql, moment};
use super::entities::{job, source};
use super::{Store, StoreError, Tenant, jobs};

/// Sources whose moment has come and whose latest job has ended.
const DUE: Sql = Sql {
    sqlite: "SELECT sources.* FROM sources JOIN jobs ON jobs.job_id = sources.job_id \
             WHERE sources.next_sync_at <= $1 AND jobs.state IN ('succeeded', 'failed', 'cancelled') \
             ORDER BY sources.next_sync_at LIMIT $2",
    postgres: "SELECT sources.* FROM sources JOIN jobs ON jobs.job_id = sources.job_id \
               WHERE sources.next_sync_at <= $1::timestamptz AND jobs.state IN ('succeeded', 'failed', 'cancelled') \
               ORDER BY sources.next_sync_at LIMIT $2",
};

impl Store {
    pub(super) async fn due_sources(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSource>, StoreError> {
        let values = vec![moment(now).into(), i64::from(limit).into()];
        let rows = self.reader().query_all_raw(DUE.with(self.reader(), values)).await?;
        let due = rows.iter().map(|row| {
            let row = source::Model::from_query_result(row, "")?;
            let wrong = || StoreError::inconsistent("sources", "kind", &row.source_id);
            Ok(DueSource {
                source_id: SourceId::from_uuid(row.source_id),
                chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
                account_id: AccountId::from_uuid(row.account_id),
                kind: serde_json::from_value(row.kind.clone()).map_err(|_| wrong())?,
                latest: JobId::from_uuid(row.job_id),
            })
        });
        due.collect()
    }

    pub(super) async fn queue_due(&self, again: &Job, due: &DueSource) -> Result<(), StoreError> {
        let transaction = self.writer().begin().await?;
        let Some(row) = source::Entity::find_by_id(due.source_id.as_uuid()).one(&transaction).await? else {
            return Ok(());
        };
        let next = row.resync_seconds.map(|seconds| again.created_at + TimeDelta::seconds(seconds));
        // Of several processes that find it due, the first has changed its latest job.
        let update = source::Entity::update_many()
            .filter(source::Column::SourceId.eq(due.source_id.as_uuid()))
            .filter(source::Column::JobId.eq(due.latest.as_uuid()))
            .filter(Condition::all().add(source::Column::NextSyncAt.is_not_null()))
            .col_expr(source::Column::JobId, Expr::value(again.job_id.as_uuid()))
            .col_expr(source::Column::NextSyncAt, Expr::value(next));
        if update.exec(&transaction).await?.rows_affected == 0 {
            return Ok(());
        }
        job::Entity::insert(jobs::row(again)?).exec_without_returning(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

impl Tenant {
    /// Sets how often a source is read again by itself, in seconds, counted from `now`; none for never.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn resync(
        &self,
        id: SourceId,
        every: Option<NonZeroU32>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let seconds = every.map(|every| i64::from(every.get()));
        let next = seconds.map(|seconds| now + TimeDelta::seconds(seconds));
        let update = self
            .update::<source::Entity>()
            .filter(source::Column::SourceId.eq(id.as_uuid()))
            .col_expr(source::Column::ResyncSeconds, Expr::value(seconds))
            .col_expr(source::Column::NextSyncAt, Expr::value(next));
        update.exec(self.writer()).await?;
        Ok(())
    }
}
