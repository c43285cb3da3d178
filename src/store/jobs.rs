//! Runs over sources: which process does which, and how they stand.

use std::time::Duration;

use aihio_actors::model::{
    AccountId, ChatbotId, Job, JobError, JobId, JobStage, JobState, Progress, SourceId, Timestamp,
};
use aihio_actors::ports::{DueSource, Jobs, JobsClaimed, PortError};
use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Set, UpdateMany,
};

use super::dialect::{Sql, json_rows, replace_nul};
use super::entities::job::{self, Column};
use super::page::{Listing, by_id};
use super::patience::Patience;
use super::words::Word;
use super::{Page, Paged, Store, StoreError, Tenant};

/// How long a process that runs a job may be silent before another takes it: three times as long as it takes to say so.
const CLAIM: Duration = Duration::from_secs(30);

/// Takes jobs. `$1` is the process, `$2` the most, `$3` the seconds of [`CLAIM`].
///
/// An account's jobs stand in a row behind those it has running, and the first of each row are taken before the
/// second. Among those of one account the one that has waited longest is first: a site that has had its turn goes behind
/// what came meanwhile. Claims end by the database's clock: it is the one that all processes share.
const TAKE: Sql = Sql {
    sqlite: "UPDATE jobs SET claimed_by = $1, \
             claimed_until = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+' || $3 || ' seconds') \
             WHERE job_id IN (SELECT job_id FROM (\
                SELECT job_id, claimed_until IS NOT NULL AND claimed_until >= strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') AS taken, \
                row_number() OVER (PARTITION BY account_id ORDER BY \
                    claimed_until IS NULL OR claimed_until < strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), updated_at, job_id) AS place, \
                updated_at FROM jobs WHERE state IN ('queued', 'running')) \
             WHERE NOT taken ORDER BY place, updated_at, job_id LIMIT $2) RETURNING *",
    postgres: "WITH ranked AS (\
                SELECT job_id, row_number() OVER (PARTITION BY account_id ORDER BY \
                    claimed_until IS NULL OR claimed_until < now(), updated_at, job_id) AS place \
                FROM jobs WHERE state IN ('queued', 'running')), \
             free AS (\
                SELECT jobs.job_id FROM jobs JOIN ranked ON ranked.job_id = jobs.job_id \
                WHERE jobs.state IN ('queued', 'running') AND (jobs.claimed_until IS NULL OR jobs.claimed_until < now()) \
                ORDER BY ranked.place, jobs.updated_at, jobs.job_id LIMIT $2 FOR UPDATE OF jobs SKIP LOCKED) \
             UPDATE jobs SET claimed_by = $1, claimed_until = now() + make_interval(secs => $3) \
             FROM free WHERE jobs.job_id = free.job_id RETURNING jobs.*",
};

/// Says that this process lives and still runs the jobs. Parameters as in [`TAKE`], `$2` the jobs as a JSON array.
const RENEW: Sql = Sql {
    sqlite: "UPDATE jobs SET claimed_by = $1, \
             claimed_until = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+' || $3 || ' seconds') \
             WHERE job_id IN (SELECT unhex(value) FROM json_each($2)) AND state = 'running' \
             AND (claimed_by IS NULL OR claimed_by = $1)",
    postgres: "UPDATE jobs SET claimed_by = $1, claimed_until = now() + make_interval(secs => $3) \
             WHERE job_id IN (SELECT value::uuid FROM jsonb_array_elements_text($2::text::jsonb)) \
             AND state = 'running' AND (claimed_by IS NULL OR claimed_by = $1)",
};

#[async_trait]
impl Jobs for Store {
    async fn find(&self, id: JobId) -> Result<Option<Job>, PortError> {
        let find = async {
            let row = job::Entity::find_by_id(id.as_uuid()).one(self.reader()).await?;
            row.map(record).transpose()
        };
        Patience::Work.ask("jobs", find).await
    }

    async fn claim(&self, limit: u32) -> Result<JobsClaimed, PortError> {
        Patience::Work.ask("jobs", self.take(limit)).await
    }

    async fn renew(&self, jobs: &[JobId]) -> Result<(), PortError> {
        Patience::Visitor.ask("jobs", self.renew_claims(jobs)).await
    }

    async fn save(&self, job: &Job) -> Result<(), PortError> {
        Patience::Work.ask("jobs", self.save_job(job)).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSource>, PortError> {
        Patience::Work.ask("jobs", self.due_sources(now, limit)).await
    }

    async fn queue_again(&self, job: &Job, due: &DueSource) -> Result<(), PortError> {
        Patience::Work.ask("jobs", self.queue_due(job, due)).await
    }
}

impl Store {
    async fn take(&self, limit: u32) -> Result<JobsClaimed, StoreError> {
        let values =
            vec![self.connections.process.into(), i64::from(limit).into(), CLAIM.as_secs_f64().into()];
        let rows = self.writer().query_all_raw(TAKE.with(self.writer(), values)).await?;
        let jobs = rows.iter().map(|row| record(job::Model::from_query_result(row, "")?));
        let mut jobs = jobs.collect::<Result<Vec<_>, _>>()?;
        jobs.sort_by_key(|job| job.job_id);
        Ok(jobs)
    }

    async fn save_job(&self, job: &Job) -> Result<(), StoreError> {
        let update = job::Entity::update_many()
            .filter(Column::JobId.eq(job.job_id.as_uuid()))
            .filter(Column::AccountId.eq(job.account_id.as_uuid()))
            .filter(
                Condition::any()
                    .add(Column::ClaimedBy.is_null())
                    .add(Column::ClaimedBy.eq(self.connections.process)),
            );
        self.save_with(update, job).await
    }

    async fn save_with(&self, update: UpdateMany<job::Entity>, job: &Job) -> Result<(), StoreError> {
        let mut update = update
            .col_expr(Column::State, Expr::value(job.state.word()))
            .col_expr(Column::Stage, Expr::value(job.stage.word()))
            .col_expr(Column::Progress, Expr::value(job.progress.share()))
            .col_expr(Column::Error, Expr::value(error_json(job)?))
            .col_expr(Column::Attempts, Expr::value(attempts(job)))
            .col_expr(Column::Pages, Expr::value(pages_json(job)?))
            .col_expr(Column::UpdatedAt, Expr::value(job.updated_at));
        if job.state != JobState::Running {
            update = update
                .col_expr(Column::ClaimedBy, Expr::value(None::<uuid::Uuid>))
                .col_expr(Column::ClaimedUntil, Expr::value(None::<chrono::DateTime<chrono::Utc>>));
        }
        update.exec(self.writer()).await?;
        if job.state == JobState::Running {
            self.renew_claims(&[job.job_id]).await?;
        }
        Ok(())
    }

    async fn renew_claims(&self, jobs: &[JobId]) -> Result<(), StoreError> {
        let jobs: Vec<_> = jobs.iter().map(|job| job.as_uuid().simple()).collect();
        let values =
            vec![self.connections.process.into(), json_rows(&jobs)?.into(), CLAIM.as_secs_f64().into()];
        self.writer().execute_raw(RENEW.with(self.writer(), values)).await?;
        Ok(())
    }

    /// Gives up all claims: for SQLite at start, where whoever claimed was a process before this one.
    pub(super) async fn release_claims(&self) -> Result<(), StoreError> {
        let update = job::Entity::update_many()
            .filter(Column::ClaimedBy.is_not_null())
            .col_expr(Column::ClaimedBy, Expr::value(None::<uuid::Uuid>))
            .col_expr(Column::ClaimedUntil, Expr::value(None::<chrono::DateTime<chrono::Utc>>));
        update.exec(self.writer()).await?;
        Ok(())
    }
}

impl Tenant {
    /// A chatbot's jobs.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn jobs(&self, chatbot: ChatbotId, page: &Page) -> Result<Paged<Job>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: Column::JobId,
            key: by_id,
            place: |row: &job::Model| row.job_id,
            item: record,
        };
        let select = self.find::<job::Entity>().filter(Column::ChatbotId.eq(chatbot.as_uuid()));
        listing.page(select, page).await
    }

    /// The job.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let select = self.find::<job::Entity>().filter(Column::JobId.eq(id.as_uuid()));
        select.one(self.reader()).await?.map(record).transpose()
    }
}

/// A job as a row that nobody has claimed.
pub(super) fn row(job: &Job) -> Result<job::ActiveModel, StoreError> {
    let mut kind = serde_json::to_value(&job.kind)?;
    replace_nul(&mut kind);
    Ok(job::ActiveModel {
        job_id: Set(job.job_id.as_uuid()),
        account_id: Set(job.account_id.as_uuid()),
        chatbot_id: Set(job.chatbot_id.as_uuid()),
        source_id: Set(job.source_id.as_uuid()),
        kind: Set(kind),
        state: Set(job.state.word().into()),
        stage: Set(job.stage.word().into()),
        progress: Set(job.progress.share()),
        error: Set(error_json(job)?),
        attempts: Set(attempts(job)),
        created_at: Set(job.created_at),
        updated_at: Set(job.updated_at),
        claimed_by: Set(None),
        claimed_until: Set(None),
        pages: Set(pages_json(job)?),
    })
}

fn attempts(job: &Job) -> i32 {
    i32::try_from(job.attempts).unwrap_or(i32::MAX)
}

fn error_json(job: &Job) -> Result<Option<serde_json::Value>, StoreError> {
    let mut error = job.error.as_ref().map(serde_json::to_value).transpose()?;
    error.iter_mut().for_each(replace_nul);
    Ok(error)
}

fn pages_json(job: &Job) -> Result<Option<serde_json::Value>, StoreError> {
    Ok(job.pages.as_ref().map(serde_json::to_value).transpose()?)
}

fn record(row: job::Model) -> Result<Job, StoreError> {
    let wrong = |column| StoreError::inconsistent("jobs", column, &row.job_id);
    let error: Option<JobError> =
        row.error.map(serde_json::from_value).transpose().map_err(|_| wrong("error"))?;
    Ok(Job {
        job_id: JobId::from_uuid(row.job_id),
        account_id: AccountId::from_uuid(row.account_id),
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        source_id: SourceId::from_uuid(row.source_id),
        kind: serde_json::from_value(row.kind).map_err(|_| wrong("kind"))?,
        state: JobState::read(&row.state, "jobs", "state")?,
        stage: JobStage::read(&row.stage, "jobs", "stage")?,
        progress: Progress::new(row.progress),
        error,
        pages: row.pages.map(serde_json::from_value).transpose().map_err(|_| wrong("pages"))?,
        attempts: u32::try_from(row.attempts).map_err(|_| wrong("attempts"))?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
