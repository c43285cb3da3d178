//! What came of a page, in one transaction: its text and passages, where it stands, what it leads to.

use aihio_actors::model::{JobError, PageState, SourceId, Validators};
use aihio_actors::ports::{Changed, PageOutcome, PageText, Settled, Settling};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, Set, TransactionTrait,
};
use uuid::Uuid;

use super::found::{self, Found, Owner};
use super::round_of;
use crate::store::dialect::Sql;
use crate::store::entities::{source, source_page};
use crate::store::knowledge::{insert_chunks, insert_document};
use crate::store::words::Word;
use crate::store::{Store, StoreError};

/// Passages of a text that is no longer in use.
const DROP_CHUNKS: Sql = Sql::same("DELETE FROM chunks WHERE document_id = $1");

impl Store {
    pub(super) async fn settle_page(&self, settling: Settling) -> Result<Settled, StoreError> {
        let transaction = self.writer().begin().await?;
        lock_run(&transaction, settling.source_id, settling.round).await?;
        let id = settling.page_id.as_uuid();
        let page = source_page::Entity::find_by_id(id)
            .filter(source_page::Column::SourceId.eq(settling.source_id.as_uuid()))
            .one(&transaction)
            .await?
            .ok_or(StoreError::Conflict("page"))?;
        let before = PageState::read(&page.state, "source_pages", "state")?;
        if before == PageState::Excluded || page.settled_round >= round_of(settling.round) {
            return Ok(Settled {
                state: before,
                added: 0,
                left_out: 0,
                growth_bytes: 0,
                changed: Changed::No,
            });
        }
        let owner = Owner { account: page.account_id, chatbot: page.chatbot_id, source: page.source_id };
        let mut settlement = Settlement { page, before, settling, changed: Changed::No };
        let state = settlement.carry_out(&transaction).await?;
        let Settlement { page, settling, changed, .. } = settlement;
        let found = Found { pages: &settling.found, pages_max: settling.pages_max, at: settling.at };
        let found::Added { added, left_out } = found::add(&transaction, &owner, found).await?;
        let mut row = settled_row(page.clone(), (state, &settling))?;
        if left_out > 0 {
            // What it leads to is wanted again once there is room, even if it has not changed.
            write_validators(&mut row, &Validators::default());
        }
        let row = row.update(&transaction).await?;
        let growth_bytes = row.bytes - page.bytes;
        if changed == Changed::Yes {
            let growth = (growth_bytes, row.chunks - page.chunks);
            change_sums(&transaction, page.source_id, growth, Some(settling.at)).await?;
        }
        transaction.commit().await?;
        Ok(Settled { state, added, left_out, growth_bytes, changed })
    }
}

/// Holds the source's row until the transaction ends, so that pages are settled one after the other, and makes sure that
/// no later run has begun.
async fn lock_run(transaction: &DatabaseTransaction, source: SourceId, round: u32) -> Result<(), StoreError> {
    let round = round_of(round);
    let lock = source::Entity::update_many()
        .filter(source::Column::SourceId.eq(source.as_uuid()))
        .filter(source::Column::SyncRound.eq(round))
        .col_expr(source::Column::SyncRound, Expr::value(round));
    let locked = lock.exec(transaction).await?.rows_affected;
    if locked == 0 { Err(StoreError::Conflict("source")) } else { Ok(()) }
}

struct Settlement {
    /// The row as it was; what is written of it is a change of this.
    page: source_page::Model,
    before: PageState,
    settling: Settling,
    changed: Changed,
}

impl Settlement {
    /// Puts a new text in force, or ends an old one.
    async fn carry_out(&mut self, transaction: &DatabaseTransaction) -> Result<PageState, StoreError> {
        if let PageOutcome::Read(text) = &self.settling.outcome
            && has_twin(transaction, &self.page, text).await?
        {
            self.settling.outcome =
                PageOutcome::Unread { state: PageState::Skipped, error: duplicate(), misses: 0 };
        }
        match &self.settling.outcome {
            PageOutcome::Read(text) => {
                insert_document(transaction, &text.reading).await?;
                insert_chunks(transaction, &text.reading).await?;
                drop_chunks(transaction, self.page.document_id).await?;
                self.changed = Changed::Yes;
                Ok(PageState::Read)
            }
            PageOutcome::Unchanged(_) if self.page.document_id.is_none() && self.page.role == "page" => {
                Ok(self.before)
            }
            PageOutcome::Unchanged(_) | PageOutcome::Listed(_) => Ok(PageState::Read),
            PageOutcome::Unread { state: PageState::Stale, .. } => Ok(PageState::Stale),
            PageOutcome::Unread { state, .. } => {
                drop_chunks(transaction, self.page.document_id).await?;
                if self.page.document_id.is_some() {
                    self.changed = Changed::Yes;
                }
                Ok(*state)
            }
        }
    }
}

/// The page's row as it will be.
fn settled_row(
    page: source_page::Model,
    (state, settling): (PageState, &Settling),
) -> Result<source_page::ActiveModel, StoreError> {
    let mut row = page.into_active_model();
    row.state = Set(state.word().into());
    row.settled_round = Set(round_of(settling.round));
    row.settled_at = Set(Some(settling.at));
    row.attempts = Set(0);
    row.taken_by = Set(None);
    row.misses = Set(0);
    row.error = Set(None);
    match &settling.outcome {
        PageOutcome::Read(text) => write_text(&mut row, text),
        PageOutcome::Unchanged(validators) => {
            if let Some(validators) = validators {
                write_validators(&mut row, validators);
            }
        }
        PageOutcome::Listed(validators) => write_validators(&mut row, validators),
        PageOutcome::Unread { state, error, misses } => {
            row.error = Set(Some(serde_json::to_value(error)?));
            row.misses = Set(i32::try_from(*misses).unwrap_or(i32::MAX));
            if *state != PageState::Stale {
                forget_text(&mut row);
            }
        }
    }
    Ok(row)
}

fn write_text(row: &mut source_page::ActiveModel, text: &PageText) {
    let document = &text.reading.document;
    row.title = Set(Some(document.title.replace('\0', "\u{fffd}")));
    row.identity = Set(Some(text.identity.clone()));
    row.content_hash = Set(Some(document.content_hash.0.to_vec()));
    row.document_id = Set(Some(document.document_id.as_uuid()));
    row.bytes = Set(i64::try_from(document.text.len()).unwrap_or(i64::MAX));
    row.chunks = Set(i32::try_from(text.reading.chunks.len()).unwrap_or(i32::MAX));
    write_validators(row, &text.validators);
}

fn write_validators(row: &mut source_page::ActiveModel, validators: &Validators) {
    row.etag = Set(validators.etag.clone());
    row.last_modified = Set(validators.last_modified.clone());
}

/// The page has no text any more.
pub(super) fn forget_text(row: &mut source_page::ActiveModel) {
    row.identity = Set(None);
    row.content_hash = Set(None);
    row.document_id = Set(None);
    row.bytes = Set(0);
    row.chunks = Set(0);
    write_validators(row, &Validators::default());
}

pub(super) async fn drop_chunks(
    transaction: &DatabaseTransaction,
    document: Option<Uuid>,
) -> Result<(), StoreError> {
    if let Some(document) = document {
        transaction.execute_raw(DROP_CHUNKS.with(transaction, vec![document.into()])).await?;
    }
    Ok(())
}

/// Adds to the bytes and passages of a source.
pub(super) async fn change_sums(
    transaction: &DatabaseTransaction,
    source: Uuid,
    (bytes, chunks): (i64, i32),
    at: Option<aihio_actors::model::Timestamp>,
) -> Result<(), StoreError> {
    let mut update = source::Entity::update_many()
        .filter(source::Column::SourceId.eq(source))
        .col_expr(source::Column::Bytes, Expr::col(source::Column::Bytes).add(bytes))
        .col_expr(source::Column::Chunks, Expr::col(source::Column::Chunks).add(chunks));
    if let Some(at) = at {
        update = update.col_expr(source::Column::UpdatedAt, Expr::value(at));
    }
    update.exec(transaction).await?;
    Ok(())
}

/// Whether another page of the source has the same text, or goes by the same address.
async fn has_twin(
    transaction: &DatabaseTransaction,
    page: &source_page::Model,
    text: &PageText,
) -> Result<bool, StoreError> {
    use source_page::Column;
    let same = [
        Column::Identity.eq(text.identity.as_str()),
        Column::ContentHash.eq(text.reading.document.content_hash.0.to_vec()),
    ];
    for same in same {
        let twin: Option<Uuid> = source_page::Entity::find()
            .select_only()
            .column(Column::PageId)
            .filter(Condition::all().add(Column::SourceId.eq(page.source_id)).add(same))
            .filter(Column::DocumentId.is_not_null())
            .filter(Column::PageId.ne(page.page_id))
            .into_tuple()
            .one(transaction)
            .await?;
        if twin.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn duplicate() -> JobError {
    JobError {
        code: "duplicate".into(),
        message: "The same text is read at another address of this site.".into(),
    }
}
