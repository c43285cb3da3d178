//! What chatbots have read.

use std::sync::Arc;

use aihio_actors::model::{ChatbotId, Chunk, ChunkId, ContentHash, DocumentId, SourceId};
use aihio_actors::ports::{Knowledge, PortError, Reading, Replaced};
use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    IsolationLevel, QueryFilter, TransactionTrait,
};
use serde::Serialize;
use uuid::Uuid;

use super::dialect::{Sql, json_rows, moment};
use super::entities::{document, source};
use super::patience::Patience;
use super::room::Room;
use super::{Store, StoreError};

/// The texts in use of a chatbot's sources, and of the pages of its sites.
const DOCUMENTS: Sql = Sql::same(
    "SELECT documents.* FROM documents WHERE document_id IN (\
        SELECT document_id FROM sources WHERE chatbot_id = $1 UNION ALL \
        SELECT document_id FROM source_pages WHERE chatbot_id = $1 AND document_id IS NOT NULL) \
     ORDER BY document_id",
);

/// Their passages.
const CHUNKS: Sql = Sql::same(
    "SELECT chunk_id, document_id, span_start, span_end FROM chunks WHERE document_id IN (\
        SELECT document_id FROM sources WHERE chatbot_id = $1 UNION ALL \
        SELECT document_id FROM source_pages WHERE chatbot_id = $1 AND document_id IS NOT NULL) \
     ORDER BY document_id, span_start, chunk_id",
);

const INSERT_DOCUMENT: Sql = Sql {
    sqlite: "INSERT INTO documents (document_id, account_id, chatbot_id, source_id, title, url, text, content_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO documents (document_id, account_id, chatbot_id, source_id, title, url, text, content_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz) ON CONFLICT DO NOTHING",
};

const INSERT_CHUNKS: Sql = Sql {
    sqlite: "INSERT INTO chunks (chunk_id, account_id, chatbot_id, source_id, document_id, span_start, span_end) \
             SELECT unhex(value ->> 'id'), $2, $3, $4, $5, value ->> 'start', value ->> 'end' FROM json_each($1)",
    postgres: "INSERT INTO chunks (chunk_id, account_id, chatbot_id, source_id, document_id, span_start, span_end) \
             SELECT id, $2, $3, $4, $5, start, \"end\" \
             FROM jsonb_to_recordset($1::text::jsonb) AS item (id uuid, start bigint, \"end\" bigint)",
};

/// Passages of texts that are no longer in use: nothing searches them, and receipts name bytes of the text.
const DROP_OLD_CHUNKS: Sql = Sql::same("DELETE FROM chunks WHERE source_id = $1 AND document_id <> $2");

#[derive(Serialize)]
struct ChunkRow {
    id: uuid::fmt::Simple,
    start: usize,
    end: usize,
}

#[derive(FromQueryResult)]
struct Span {
    chunk_id: Uuid,
    document_id: Uuid,
    span_start: i64,
    span_end: i64,
}

#[async_trait]
impl Knowledge for Store {
    async fn chunks(&self, chatbot: ChatbotId) -> Result<Vec<Chunk>, PortError> {
        Patience::Work.ask("knowledge", self.read_chunks(chatbot)).await
    }

    async fn content_hash(&self, source: SourceId) -> Result<Option<ContentHash>, PortError> {
        Patience::Work.ask("knowledge", self.current_hash(source)).await
    }

    async fn replace(&self, reading: Reading) -> Result<Replaced, PortError> {
        Patience::Work.ask("knowledge", self.replace_reading(reading)).await
    }
}

impl Store {
    /// Sees the database as it stood when the transaction began. On SQLite every transaction does.
    fn repeatable(&self) -> Option<IsolationLevel> {
        let is_postgres = self.reader().get_database_backend() == DbBackend::Postgres;
        is_postgres.then_some(IsolationLevel::RepeatableRead)
    }

    async fn read_chunks(&self, chatbot: ChatbotId) -> Result<Vec<Chunk>, StoreError> {
        let values = || vec![chatbot.as_uuid().into()];
        // One transaction that reads: a version that comes in between would leave passages without their text.
        let reads = self.reader().begin_with_config(self.repeatable(), None).await?;
        let documents = reads.query_all_raw(DOCUMENTS.with(&reads, values())).await?;
        let spans = reads.query_all_raw(CHUNKS.with(&reads, values())).await?;
        reads.commit().await?;
        let mut spans = spans
            .iter()
            .map(|row| Span::from_query_result(row, ""))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .peekable();
        let mut chunks = Vec::with_capacity(spans.len());
        for row in &documents {
            let cut = Cutter::from(document::Model::from_query_result(row, "")?);
            while let Some(span) = spans.next_if(|span| span.document_id == cut.document_id.as_uuid()) {
                chunks.push(cut.chunk(&span)?);
            }
        }
        Ok(chunks)
    }

    async fn current_hash(&self, source: SourceId) -> Result<Option<ContentHash>, StoreError> {
        let Some(row) = source::Entity::find_by_id(source.as_uuid()).one(self.reader()).await? else {
            return Ok(None);
        };
        let Some(id) = row.document_id else { return Ok(None) };
        let Some(document) = document::Entity::find_by_id(id).one(self.reader()).await? else {
            return Err(StoreError::inconsistent("sources", "document_id", &source));
        };
        let hash = document.content_hash.try_into();
        hash.map(|hash| Some(ContentHash(hash)))
            .map_err(|_| StoreError::inconsistent("documents", "content_hash", &id))
    }

    async fn replace_reading(&self, reading: Reading) -> Result<Replaced, StoreError> {
        let room = Room::of(self, reading.document.account_id).await?;
        let transaction = self.writer().begin().await?;
        if let Some(room) = &room {
            room.hold(&transaction).await?;
        }
        if insert_document(&transaction, &reading).await? == 0 {
            return Ok(Replaced::Done);
        }
        let before = match &room {
            Some(room) => room.kept(&transaction).await?,
            None => 0,
        };
        put_in_force(&transaction, &reading).await?;
        if let Some(room) = &room {
            let after = room.kept(&transaction).await?;
            // What shrinks is taken in any case, also when the plan has become smaller meanwhile.
            if after > room.limit && after > before {
                transaction.rollback().await?;
                let kept = after.saturating_sub(reading.document.text.len() as u64);
                return Ok(Replaced::NoRoom { limit: room.limit, kept });
            }
        }
        transaction.commit().await?;
        Ok(Replaced::Done)
    }
}

/// Makes the reading, whose document is there, the current one of its source.
async fn put_in_force(transaction: &DatabaseTransaction, reading: &Reading) -> Result<(), StoreError> {
    insert_chunks(transaction, reading).await?;
    let document = &reading.document;
    let bytes = i64::try_from(document.text.len()).unwrap_or(i64::MAX);
    let chunks = i32::try_from(reading.chunks.len()).unwrap_or(i32::MAX);
    let point = source::Entity::update_many()
        .filter(source::Column::SourceId.eq(document.source_id.as_uuid()))
        .filter(source::Column::AccountId.eq(document.account_id.as_uuid()))
        .col_expr(source::Column::DocumentId, Expr::value(document.document_id.as_uuid()))
        .col_expr(source::Column::Bytes, Expr::value(bytes))
        .col_expr(source::Column::Chunks, Expr::value(chunks))
        .col_expr(source::Column::UpdatedAt, Expr::value(document.created_at));
    if point.exec(transaction).await?.rows_affected == 0 {
        return Err(StoreError::Conflict("source"));
    }
    let values = vec![document.source_id.as_uuid().into(), document.document_id.as_uuid().into()];
    transaction.execute_raw(DROP_OLD_CHUNKS.with(transaction, values)).await?;
    Ok(())
}

pub(super) async fn insert_document(
    transaction: &DatabaseTransaction,
    reading: &Reading,
) -> Result<u64, StoreError> {
    let document = &reading.document;
    let values = vec![
        document.document_id.as_uuid().into(),
        document.account_id.as_uuid().into(),
        document.chatbot_id.as_uuid().into(),
        document.source_id.as_uuid().into(),
        document.title.replace('\0', "\u{fffd}").into(),
        document.url.as_deref().map(|url| url.replace('\0', "%00")).into(),
        // As long as what it replaces, so that the spans of the passages still fit.
        document.text.replace('\0', " ").into(),
        document.content_hash.0.to_vec().into(),
        moment(document.created_at).into(),
    ];
    let inserted = transaction.execute_raw(INSERT_DOCUMENT.with(transaction, values)).await;
    let inserted = inserted.map_err(|error| match error.sql_err() {
        Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)) => StoreError::Conflict("source"),
        _ => StoreError::Unavailable(error),
    })?;
    Ok(inserted.rows_affected())
}

pub(super) async fn insert_chunks(
    transaction: &DatabaseTransaction,
    reading: &Reading,
) -> Result<(), StoreError> {
    let document = &reading.document;
    let rows: Vec<ChunkRow> = reading
        .chunks
        .iter()
        .map(|chunk| ChunkRow {
            id: chunk.chunk_id.as_uuid().simple(),
            start: chunk.span.start,
            end: chunk.span.end,
        })
        .collect();
    let values = vec![
        json_rows(&rows)?.into(),
        document.account_id.as_uuid().into(),
        document.chatbot_id.as_uuid().into(),
        document.source_id.as_uuid().into(),
        document.document_id.as_uuid().into(),
    ];
    transaction.execute_raw(INSERT_CHUNKS.with(transaction, values)).await?;
    Ok(())
}

/// Cuts passages from the text they are spans of.
struct Cutter {
    source_id: SourceId,
    document_id: DocumentId,
    title: Arc<str>,
    url: Option<Arc<str>>,
    text: String,
}

impl From<document::Model> for Cutter {
    fn from(row: document::Model) -> Self {
        Self {
            source_id: SourceId::from_uuid(row.source_id),
            document_id: DocumentId::from_uuid(row.document_id),
            title: row.title.into(),
            url: row.url.map(Arc::from),
            text: row.text,
        }
    }
}

impl Cutter {
    fn chunk(&self, row: &Span) -> Result<Chunk, StoreError> {
        let wrong = || StoreError::inconsistent("chunks", "span_start", &row.chunk_id);
        let start = usize::try_from(row.span_start).map_err(|_| wrong())?;
        let end = usize::try_from(row.span_end).map_err(|_| wrong())?;
        let text = self.text.get(start..end).ok_or_else(wrong)?;
        Ok(Chunk {
            chunk_id: ChunkId::from_uuid(row.chunk_id),
            source_id: self.source_id,
            document_id: self.document_id,
            title: Arc::clone(&self.title),
            url: self.url.clone(),
            span: start..end,
            text: text.into(),
        })
    }
}
