//! What chatbots are given to read.

use std::num::NonZeroU32;

use aihio_actors::model::{ChatbotId, Job, JobId, JobKind, JobState, SourceId, Timestamp};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, Set,
    TransactionTrait,
};

use super::dialect::replace_nul;
use super::entities::{chatbot, job, source};
use super::page::{Listing, by_id};
use super::words::Word;
use super::{Existence, Page, Paged, StoreError, Tenant, jobs};

/// A source to be stored.
#[derive(Debug, Clone)]
pub struct NewSource {
    /// Its id.
    pub source_id: SourceId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// The title people know it by.
    pub title: String,
    /// What reading means for it.
    pub kind: JobKind,
    /// How often it is read again by itself; never, when there is nothing.
    pub resync: Option<NonZeroU32>,
    /// When.
    pub at: Timestamp,
}

/// A source, with how its latest job stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Its id.
    pub source_id: SourceId,
    /// For which chatbot.
    pub chatbot_id: ChatbotId,
    /// The title people know it by.
    pub title: String,
    /// What reading means for it.
    pub kind: JobKind,
    /// Where its latest job stands.
    pub state: JobState,
    /// The latest job.
    pub job_id: JobId,
    /// Bytes of the text in use; 0 until it was read.
    pub bytes: u64,
    /// Passages in use.
    pub chunks: u32,
    /// How often it is read again by itself, in seconds.
    pub resync_seconds: Option<u32>,
    /// When it is read again by itself.
    pub next_sync_at: Option<Timestamp>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub updated_at: Timestamp,
}

impl Tenant {
    /// Stores a source and its first job, both or neither.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] over `chatbot` when the account has no such chatbot (any more).
    pub async fn create_source(&self, new: NewSource, first: &Job) -> Result<(), StoreError> {
        let transaction = self.writer().begin().await?;
        self.require_chatbot(&transaction, new.chatbot_id).await?;
        let mut kind = serde_json::to_value(&new.kind)?;
        replace_nul(&mut kind);
        let row = source::ActiveModel {
            source_id: Set(new.source_id.as_uuid()),
            account_id: Set(self.owner()),
            chatbot_id: Set(new.chatbot_id.as_uuid()),
            title: Set(new.title.replace('\0', "\u{fffd}")),
            kind: Set(kind),
            job_id: Set(first.job_id.as_uuid()),
            document_id: Set(None),
            bytes: Set(0),
            chunks: Set(0),
            created_at: Set(new.at),
            updated_at: Set(new.at),
            sync_round: Set(0),
            sync_job: Set(None),
            resync_seconds: Set(new.resync.map(|every| i64::from(every.get()))),
            next_sync_at: Set(new.resync.map(|every| new.at + TimeDelta::seconds(i64::from(every.get())))),
        };
        row.insert(&transaction).await.map_err(|error| StoreError::unique(error, "source_id"))?;
        self.insert_job(&transaction, first).await?;
        Ok(transaction.commit().await?)
    }

    /// Stores another job for a source.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] over `source` when the account has no such source (any more).
    pub async fn add_job(&self, again: &Job) -> Result<(), StoreError> {
        let transaction = self.writer().begin().await?;
        let update = self
            .update::<source::Entity>()
            .filter(source::Column::SourceId.eq(again.source_id.as_uuid()))
            .filter(source::Column::ChatbotId.eq(again.chatbot_id.as_uuid()))
            .col_expr(source::Column::JobId, Expr::value(again.job_id.as_uuid()));
        if update.exec(&transaction).await?.rows_affected == 0 {
            return Err(StoreError::Conflict("source"));
        }
        self.insert_job(&transaction, again).await?;
        Ok(transaction.commit().await?)
    }

    /// A chatbot's sources.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn sources(&self, chatbot: ChatbotId, page: &Page) -> Result<Paged<SourceRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: source::Column::SourceId,
            key: by_id,
            place: |row: &source::Model| row.source_id,
            item: Ok,
        };
        let select = self.find::<source::Entity>().filter(source::Column::ChatbotId.eq(chatbot.as_uuid()));
        let Paged { items, next_cursor } = listing.page(select, page).await?;
        let latest = items.iter().map(|row| row.job_id);
        let select = self.find::<job::Entity>().filter(job::Column::JobId.is_in(latest));
        let jobs = select.all(self.reader()).await?;
        let with_job = |row: source::Model| {
            let job = jobs.iter().find(|job| job.job_id == row.job_id);
            record(row, job)
        };
        Ok(Paged { items: items.into_iter().map(with_job).collect::<Result<_, _>>()?, next_cursor })
    }

    /// The source.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn source(&self, id: SourceId) -> Result<Option<SourceRecord>, StoreError> {
        let select = self.find::<source::Entity>().filter(source::Column::SourceId.eq(id.as_uuid()));
        let Some(row) = select.one(self.reader()).await? else { return Ok(None) };
        let select = self.find::<job::Entity>().filter(job::Column::JobId.eq(row.job_id));
        let job = select.one(self.reader()).await?;
        record(row, job.as_ref()).map(Some)
    }

    /// How many sources a chatbot has.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn count_sources(&self, chatbot: ChatbotId) -> Result<u64, StoreError> {
        let select = self.find::<source::Entity>().filter(source::Column::ChatbotId.eq(chatbot.as_uuid()));
        Ok(select.count(self.reader()).await?)
    }

    /// Erases a source with its jobs, documents and passages.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn delete_source(&self, id: SourceId) -> Result<Existence, StoreError> {
        let remove = self.remove::<source::Entity>().filter(source::Column::SourceId.eq(id.as_uuid()));
        Ok(Existence::of(remove.exec(self.writer()).await?.rows_affected))
    }

    async fn require_chatbot(
        &self,
        transaction: &DatabaseTransaction,
        id: ChatbotId,
    ) -> Result<(), StoreError> {
        let select = self.find::<chatbot::Entity>().filter(chatbot::Column::ChatbotId.eq(id.as_uuid()));
        select.one(transaction).await?.map(drop).ok_or(StoreError::Conflict("chatbot"))
    }

    async fn insert_job(&self, transaction: &DatabaseTransaction, job: &Job) -> Result<(), StoreError> {
        let row = job::ActiveModel { account_id: Set(self.owner()), ..jobs::row(job)? };
        job::Entity::insert(row)
            .exec_without_returning(transaction)
            .await
            .map_err(|error| StoreError::unique(error, "job_id"))?;
        Ok(())
    }
}

fn record(row: source::Model, latest: Option<&job::Model>) -> Result<SourceRecord, StoreError> {
    let wrong = |column| StoreError::inconsistent("sources", column, &row.source_id);
    let latest = latest.ok_or_else(|| wrong("job_id"))?;
    Ok(SourceRecord {
        source_id: SourceId::from_uuid(row.source_id),
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        kind: serde_json::from_value(row.kind).map_err(|_| wrong("kind"))?,
        title: row.title,
        state: JobState::read(&latest.state, "jobs", "state")?,
        job_id: JobId::from_uuid(row.job_id),
        bytes: u64::try_from(row.bytes).map_err(|_| wrong("bytes"))?,
        chunks: u32::try_from(row.chunks).map_err(|_| wrong("chunks"))?,
        resync_seconds: row.resync_seconds.and_then(|seconds| u32::try_from(seconds).ok()),
        next_sync_at: row.next_sync_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
