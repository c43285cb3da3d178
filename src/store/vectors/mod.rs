//! What passages mean, by model.

mod backfill;
mod nearest;

pub(super) use nearest::Comparing;

use aihio_actors::model::{ChatbotId, ChunkId, EmbeddingModel, SourceId, Vector};
use aihio_actors::ports::{Bare, PortError, Unembedded, VectorStore};
use async_trait::async_trait;
use sea_orm::sqlx;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, RuntimeErr};
use serde::Serialize;
use uuid::Uuid;

use super::dialect::{Sql, json_rows};
use super::patience::Patience;
use super::{Store, StoreError};

/// Passages of a source's text in use without a vector of the model, with the number of them all.
const BARE: Sql = Sql::same(
    "SELECT chunks.chunk_id, chunks.span_start, chunks.span_end, count(*) OVER () AS bare \
     FROM chunks JOIN sources ON sources.document_id = chunks.document_id \
     WHERE sources.source_id = $1 AND NOT EXISTS (SELECT 1 FROM chunk_vectors \
        WHERE chunk_vectors.chunk_id = chunks.chunk_id AND chunk_vectors.model = $2) \
     ORDER BY chunks.chunk_id LIMIT $3",
);

/// The text that they are spans of.
const TEXT: Sql = Sql::same(
    "SELECT documents.text FROM documents JOIN sources ON sources.document_id = documents.document_id \
     WHERE sources.source_id = $1",
);

/// Passages that were replaced meanwhile are not in `chunks` any more and fall away.
const KEEP: Sql = Sql {
    sqlite: "INSERT INTO chunk_vectors (chunk_id, model, chatbot_id, dimension, vector) \
             SELECT chunks.chunk_id, $2, chunks.chatbot_id, value ->> 'dimension', unhex(value ->> 'bytes') \
             FROM json_each($1) JOIN chunks ON chunks.chunk_id = unhex(value ->> 'id') WHERE true \
             ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO chunk_vectors (chunk_id, model, chatbot_id, dimension, vector) \
             SELECT chunks.chunk_id, $2, chunks.chatbot_id, item.dimension, item.numbers \
             FROM jsonb_to_recordset($1::text::jsonb) AS item (id uuid, dimension integer, numbers real[]) \
             JOIN chunks ON chunks.chunk_id = item.id ON CONFLICT DO NOTHING",
};

const FORGET_OTHERS: Sql = Sql::same(
    "DELETE FROM chunk_vectors WHERE model <> $2 AND chunk_id IN (SELECT chunk_id FROM chunks WHERE source_id = $1)",
);

/// `$4` is the last id of the page before: the nil id comes before all others.
const PAGE: &str = "SELECT chunk_id, vector FROM chunk_vectors \
     WHERE chatbot_id = $1 AND model = $2 AND chunk_id > $4 ORDER BY chunk_id LIMIT $3";

#[derive(FromQueryResult)]
struct BareRow {
    chunk_id: Uuid,
    span_start: i64,
    span_end: i64,
    bare: i64,
}

/// A vector on its way in: the numbers as SQLite keeps them, or as PostgreSQL does.
#[derive(Serialize)]
struct VectorRow<'v> {
    id: uuid::fmt::Simple,
    dimension: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers: Option<&'v [f32]>,
}

#[async_trait]
impl VectorStore for Store {
    async fn unembedded(
        &self,
        source: SourceId,
        model: &EmbeddingModel,
        limit: usize,
    ) -> Result<Unembedded, PortError> {
        Patience::Work.ask("vectors", self.bare_passages(source, model, limit)).await
    }

    async fn keep(&self, model: &EmbeddingModel, vectors: Vec<(ChunkId, Vector)>) -> Result<(), PortError> {
        Patience::Work.ask("vectors", self.keep_vectors(model, &vectors)).await
    }

    async fn forget_others(&self, source: SourceId, model: &EmbeddingModel) -> Result<(), PortError> {
        let forget = async {
            let values = vec![source.as_uuid().into(), model.0.as_ref().into()];
            self.writer().execute_raw(FORGET_OTHERS.with(self.writer(), values)).await?;
            Ok(())
        };
        Patience::Work.ask("vectors", forget).await
    }

    async fn page(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        after: Option<ChunkId>,
        limit: usize,
    ) -> Result<Vec<(ChunkId, Vector)>, PortError> {
        let after = after.map_or(Uuid::nil(), ChunkId::as_uuid);
        Patience::Work.ask("vectors", self.vector_page(chatbot.as_uuid(), model, after, limit)).await
    }

    async fn nearest(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        question: &Vector,
        limit: usize,
    ) -> Result<Option<Vec<(ChunkId, f32)>>, PortError> {
        Patience::Visitor.ask("vectors", self.nearest_vectors(chatbot, model, question, limit)).await
    }
}

impl Store {
    async fn bare_passages(
        &self,
        source: SourceId,
        model: &EmbeddingModel,
        limit: usize,
    ) -> Result<Unembedded, StoreError> {
        let values = vec![source.as_uuid().into(), model.0.as_ref().into(), count(limit).into()];
        let rows = self.reader().query_all_raw(BARE.with(self.reader(), values)).await?;
        let text =
            self.reader().query_one_raw(TEXT.with(self.reader(), vec![source.as_uuid().into()])).await?;
        let Some(text) = text else { return Ok(Unembedded::default()) };
        let text: String = text.try_get("", "text")?;
        let mut found = Unembedded::default();
        for row in &rows {
            let row = BareRow::from_query_result(row, "")?;
            found.left = usize::try_from(row.bare).unwrap_or_default();
            found.passages.extend(bare(&text, &row));
        }
        Ok(found)
    }

    async fn keep_vectors(
        &self,
        model: &EmbeddingModel,
        vectors: &[(ChunkId, Vector)],
    ) -> Result<(), StoreError> {
        let as_bytes = self.writer().get_database_backend() == DbBackend::Sqlite;
        let rows: Vec<VectorRow<'_>> = vectors
            .iter()
            .map(|(chunk, vector)| VectorRow {
                id: chunk.as_uuid().simple(),
                dimension: vector.dimension(),
                bytes: as_bytes.then(|| hex(vector)),
                numbers: (!as_bytes).then(|| vector.values()),
            })
            .collect();
        let values = vec![json_rows(&rows)?.into(), model.0.as_ref().into()];
        self.writer().execute_raw(KEEP.with(self.writer(), values)).await?;
        Ok(())
    }

    async fn vector_page(
        &self,
        chatbot: Uuid,
        model: &EmbeddingModel,
        after: Uuid,
        limit: usize,
    ) -> Result<Vec<(ChunkId, Vector)>, StoreError> {
        let (model, limit) = (model.0.as_ref(), count(limit));
        let of = |(id, numbers): (Uuid, Vec<f32>)| (ChunkId::from_uuid(id), Vector::of(numbers));
        if self.reader().get_database_backend() == DbBackend::Sqlite {
            let query = sqlx::query_as(PAGE).bind(chatbot).bind(model).bind(limit).bind(after);
            let pool = self.reader().get_sqlite_connection_pool();
            let rows: Vec<(Uuid, Vec<u8>)> = query.fetch_all(pool).await.map_err(failed)?;
            return Ok(rows.into_iter().map(|(id, bytes)| of((id, numbers(&bytes)))).collect());
        }
        let query = sqlx::query_as(PAGE).bind(chatbot).bind(model).bind(limit).bind(after);
        let pool = self.reader().get_postgres_connection_pool();
        let rows: Vec<(Uuid, Vec<f32>)> = query.fetch_all(pool).await.map_err(failed)?;
        Ok(rows.into_iter().map(of).collect())
    }
}

/// A passage whose text was replaced between the two statements is left out: the next batch has the new ones.
fn bare(text: &str, row: &BareRow) -> Option<Bare> {
    let span = usize::try_from(row.span_start).ok()?..usize::try_from(row.span_end).ok()?;
    Some(Bare { chunk_id: ChunkId::from_uuid(row.chunk_id), text: text.get(span)?.to_owned() })
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn hex(vector: &Vector) -> String {
    let bytes = vector.values().iter().flat_map(|value| value.to_le_bytes());
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// The driver's failure as the ORM would tell it.
fn failed(error: sqlx::Error) -> StoreError {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}
