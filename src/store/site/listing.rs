//! What owners see of the pages of their sites, and what they take out.

use aihio_actors::model::{JobError, PageId, PageState, SourceId, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, IntoActiveModel, QueryFilter, Set, TransactionTrait,
};

use super::settle::{change_sums, drop_chunks, forget_text};
use crate::store::entities::{source, source_page};
use crate::store::page::{Listing, by_id};
use crate::store::words::Word;
use crate::store::{Page, Paged, StoreError, Tenant};

/// A page of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRecord {
    /// Its id.
    pub page_id: PageId,
    /// Its address.
    pub url: String,
    /// Its title, once it was read.
    pub title: Option<String>,
    /// Where it stands.
    pub state: PageState,
    /// Why it is not read.
    pub error: Option<JobError>,
    /// Links between the first page and this one.
    pub depth: u32,
    /// Bytes of its text in use.
    pub bytes: u64,
    /// Its passages in use.
    pub chunks: u32,
    /// When it was found.
    pub found_at: Timestamp,
    /// When a run was done with it last.
    pub settled_at: Option<Timestamp>,
}

impl Tenant {
    /// The pages of a site, in one state or all of them.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn site_pages(
        &self,
        source: SourceId,
        state: Option<PageState>,
        page: &Page,
    ) -> Result<Paged<PageRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: source_page::Column::PageId,
            key: by_id,
            place: |row: &source_page::Model| row.page_id,
            item: record,
        };
        let mut select = self
            .find::<source_page::Entity>()
            .filter(source_page::Column::SourceId.eq(source.as_uuid()))
            .filter(source_page::Column::Role.eq("page"));
        if let Some(state) = state {
            select = select.filter(source_page::Column::State.eq(state.word()));
        }
        listing.page(select, page).await
    }

    /// Takes a page out: its passages go, and no run reads it.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn exclude_page(&self, source: SourceId, id: PageId) -> Result<Option<PageRecord>, StoreError> {
        let transaction = self.writer().begin().await?;
        let Some(page) = self.lock_page(&transaction, source, id).await? else { return Ok(None) };
        drop_chunks(&transaction, page.document_id).await?;
        change_sums(&transaction, source.as_uuid(), (-page.bytes, -page.chunks), None).await?;
        let mut row = page.into_active_model();
        row.state = Set(PageState::Excluded.word().into());
        row.error = Set(None);
        forget_text(&mut row);
        let row = row.update(&transaction).await?;
        transaction.commit().await?;
        record(row).map(Some)
    }

    /// Takes a page in again that was taken out: the next run reads it.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn restore_page(&self, source: SourceId, id: PageId) -> Result<Option<PageRecord>, StoreError> {
        let transaction = self.writer().begin().await?;
        let Some(page) = self.lock_page(&transaction, source, id).await? else { return Ok(None) };
        if page.state != PageState::Excluded.word() {
            return record(page).map(Some);
        }
        let mut row = page.into_active_model();
        row.state = Set(PageState::Waiting.word().into());
        row.settled_round = Set(0);
        row.attempts = Set(0);
        row.taken_by = Set(None);
        let row = row.update(&transaction).await?;
        transaction.commit().await?;
        record(row).map(Some)
    }

    /// The page, with its source's row held until the transaction ends: no run settles the page meanwhile.
    async fn lock_page(
        &self,
        transaction: &DatabaseTransaction,
        source: SourceId,
        id: PageId,
    ) -> Result<Option<source_page::Model>, StoreError> {
        let lock = self
            .update::<source::Entity>()
            .filter(source::Column::SourceId.eq(source.as_uuid()))
            .col_expr(source::Column::SyncRound, Expr::col(source::Column::SyncRound).add(0));
        lock.exec(transaction).await?;
        let select = self
            .find::<source_page::Entity>()
            .filter(source_page::Column::SourceId.eq(source.as_uuid()))
            .filter(source_page::Column::Role.eq("page"))
            .filter(source_page::Column::PageId.eq(id.as_uuid()));
        Ok(select.one(transaction).await?)
    }
}

fn record(row: source_page::Model) -> Result<PageRecord, StoreError> {
    let wrong = |column| StoreError::inconsistent("source_pages", column, &row.page_id);
    Ok(PageRecord {
        page_id: PageId::from_uuid(row.page_id),
        state: PageState::read(&row.state, "source_pages", "state")?,
        error: row.error.map(serde_json::from_value).transpose().map_err(|_| wrong("error"))?,
        depth: u32::try_from(row.depth).map_err(|_| wrong("depth"))?,
        bytes: u64::try_from(row.bytes).map_err(|_| wrong("bytes"))?,
        chunks: u32::try_from(row.chunks).map_err(|_| wrong("chunks"))?,
        url: row.url,
        title: row.title,
        found_at: row.found_at,
        settled_at: row.settled_at,
    })
}
