//! The pages of sites: what is left of a run, what came of each page, and what their owners see of them.

mod found;
mod listing;
mod settle;

pub use listing::PageRecord;

use aihio_actors::model::{
    ContentHash, FoundPage, Job, PageCounts, PageId, PageRole, PageState, SitePage, Validators,
};
use aihio_actors::ports::{Pages, PortError, Settled, Settling, SiteRun, Taking};
use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, TransactionTrait};

use super::dialect::Sql;
use super::entities::source_page;
use super::patience::Patience;
use super::words::Word;
use super::{Store, StoreError};

/// Raises the number of runs once a job. `$1` is the source, `$2` its account, `$3` the job.
const NEXT_ROUND: Sql = Sql::same(
    "UPDATE sources SET sync_round = sync_round + 1, sync_job = $3 \
     WHERE source_id = $1 AND account_id = $2 AND (sync_job IS NULL OR sync_job <> $3)",
);

/// What was interrupted in an earlier run counts no more.
const FORGIVE: Sql = Sql::same("UPDATE source_pages SET attempts = 0 WHERE source_id = $1 AND attempts > 0");

const RUN: Sql = Sql::same(
    "SELECT sync_round, chatbot_id, \
     (SELECT CAST(COALESCE(SUM(bytes), 0) AS bigint) FROM sources WHERE account_id = $2) AS account_bytes \
     FROM sources WHERE source_id = $1 AND account_id = $2",
);

const COUNT: Sql = Sql::same(
    "SELECT state, CAST(COUNT(*) AS bigint) AS pages, \
     CAST(SUM(CASE WHEN settled_round = $2 THEN 1 ELSE 0 END) AS bigint) AS settled \
     FROM source_pages WHERE source_id = $1 AND role = 'page' AND state <> 'excluded' GROUP BY state",
);

/// Takes pages: new ones first, since their round is the lowest.
const TAKE: Sql = Sql::same(
    "UPDATE source_pages SET taken_by = $3, attempts = attempts + 1 WHERE page_id IN (\
        SELECT page_id FROM source_pages WHERE source_id = $1 AND settled_round < $2 \
        AND (taken_by IS NULL OR taken_by <> $3) AND state <> 'excluded' \
        ORDER BY settled_round, depth, page_id LIMIT $4) RETURNING *",
);

#[derive(FromQueryResult)]
struct RunRow {
    sync_round: i32,
    account_bytes: i64,
}

#[derive(FromQueryResult)]
struct CountRow {
    state: String,
    pages: i64,
    settled: i64,
}

#[async_trait]
impl Pages for Store {
    async fn begin(&self, job: &Job, first: &[(PageId, FoundPage)]) -> Result<SiteRun, PortError> {
        Patience::Work.ask("pages", self.begin_run(job, first)).await
    }

    async fn take(&self, taking: &Taking) -> Result<Vec<SitePage>, PortError> {
        Patience::Work.ask("pages", self.take_pages(taking)).await
    }

    async fn settle(&self, settling: Settling) -> Result<Settled, PortError> {
        Patience::Work.ask("pages", self.settle_page(settling)).await
    }
}

impl Store {
    async fn begin_run(&self, job: &Job, first: &[(PageId, FoundPage)]) -> Result<SiteRun, StoreError> {
        let (source, account) = (job.source_id.as_uuid(), job.account_id.as_uuid());
        let transaction = self.writer().begin().await?;
        let values = vec![source.into(), account.into(), job.job_id.as_uuid().into()];
        let raised = transaction.execute_raw(NEXT_ROUND.with(&transaction, values)).await?;
        if raised.rows_affected() > 0 {
            transaction.execute_raw(FORGIVE.with(&transaction, vec![source.into()])).await?;
        }
        let values = vec![source.into(), account.into()];
        let run = transaction.query_one_raw(RUN.with(&transaction, values)).await?;
        let run = run.ok_or(StoreError::Conflict("source"))?;
        let RunRow { sync_round, account_bytes } = RunRow::from_query_result(&run, "")?;
        let owner = found::Owner { account, chatbot: job.chatbot_id.as_uuid(), source };
        found::add(
            &transaction,
            &owner,
            found::Found { pages: first, pages_max: u32::MAX, at: job.created_at },
        )
        .await?;
        let counts = count(&transaction, source, sync_round).await?;
        transaction.commit().await?;
        let round = u32::try_from(sync_round).unwrap_or(0);
        Ok(SiteRun { round, counts, account_bytes: u64::try_from(account_bytes).unwrap_or(0) })
    }

    async fn take_pages(&self, taking: &Taking) -> Result<Vec<SitePage>, StoreError> {
        let values = vec![
            taking.source_id.as_uuid().into(),
            round_of(taking.round).into(),
            taking.life.into(),
            i64::from(taking.limit).into(),
        ];
        let rows = self.writer().query_all_raw(TAKE.with(self.writer(), values)).await?;
        let rows = rows.iter().map(|row| source_page::Model::from_query_result(row, ""));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_key(|row| (row.settled_round, row.depth, row.page_id));
        rows.into_iter().map(record).collect()
    }
}

async fn count(
    transaction: &DatabaseTransaction,
    source: uuid::Uuid,
    round: i32,
) -> Result<PageCounts, StoreError> {
    let rows = transaction.query_all_raw(COUNT.with(transaction, vec![source.into(), round.into()])).await?;
    let mut counts = PageCounts::default();
    for row in &rows {
        let row = CountRow::from_query_result(row, "")?;
        let state = PageState::read(&row.state, "source_pages", "state")?;
        let pages = u32::try_from(row.pages).unwrap_or(u32::MAX);
        counts.found += pages;
        counts.settled += u32::try_from(row.settled).unwrap_or(u32::MAX);
        (0..pages).for_each(|_| counts.change(PageState::Waiting, state));
    }
    Ok(counts)
}

/// A round as its column holds it.
fn round_of(round: u32) -> i32 {
    i32::try_from(round).unwrap_or(i32::MAX)
}

fn record(row: source_page::Model) -> Result<SitePage, StoreError> {
    let wrong = |column| StoreError::inconsistent("source_pages", column, &row.page_id);
    let known = row.content_hash.map(|hash| hash.try_into().map(ContentHash)).transpose();
    Ok(SitePage {
        page_id: PageId::from_uuid(row.page_id),
        role: PageRole::read(&row.role, "source_pages", "role")?,
        depth: u32::try_from(row.depth).map_err(|_| wrong("depth"))?,
        state: PageState::read(&row.state, "source_pages", "state")?,
        attempts: u32::try_from(row.attempts).map_err(|_| wrong("attempts"))?,
        misses: u32::try_from(row.misses).map_err(|_| wrong("misses"))?,
        known: known.map_err(|_| wrong("content_hash"))?,
        bytes: u64::try_from(row.bytes).map_err(|_| wrong("bytes"))?,
        validators: Validators { etag: row.etag, last_modified: row.last_modified },
        url: row.url,
    })
}
