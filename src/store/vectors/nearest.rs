//! Comparing vectors where they are kept: PostgreSQL with its extension `vector` (pgvector).

use aihio_actors::model::{ChatbotId, ChunkId, EmbeddingModel, Vector};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::{Store, StoreError};
use super::count;

/// Every vector of the chatbot is compared: nothing is missed, and PostgreSQL does it in memory of its own. The array
/// becomes a vector by the extension's cast; `<=>` is the distance by cosine.
const NEAREST: &str = "SELECT chunk_id, (1 - (vector::vector <=> $3::text::vector))::float4 AS cosine FROM chunk_vectors \
     WHERE chatbot_id = $1 AND model = $2 AND dimension = $5 \
     ORDER BY vector::vector <=> $3::text::vector LIMIT $4";

const AVAILABLE: &str = "SELECT name FROM pg_available_extensions WHERE name = 'vector'";
const INSTALL: &str = "CREATE EXTENSION IF NOT EXISTS vector";

#[derive(FromQueryResult)]
struct Near {
    chunk_id: Uuid,
    cosine: f32,
}

/// Whether the database compares vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Comparing {
    ByExtension,
    Not,
}

impl Store {
    pub(super) async fn nearest_vectors(
        &self,
        chatbot: ChatbotId,
        model: &EmbeddingModel,
        question: &Vector,
        limit: usize,
    ) -> Result<Option<Vec<(ChunkId, f32)>>, StoreError> {
        if self.comparing().await? == Comparing::Not {
            return Ok(None);
        }
        if limit == 0 {
            return Ok(Some(Vec::new()));
        }
        let values: Vec<Value> = vec![
            chatbot.as_uuid().into(),
            model.0.as_ref().into(),
            written(question).into(),
            count(limit).into(),
            i32::try_from(question.dimension()).unwrap_or(i32::MAX).into(),
        ];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, NEAREST, values);
        let rows = self.reader().query_all_raw(statement).await?;
        let near = rows.iter().map(|row| Near::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(near.into_iter().map(|near| (ChunkId::from_uuid(near.chunk_id), near.cosine)).collect()))
    }

    /// Asked once in a process: an extension is installed by whoever keeps the database, at rest.
    async fn comparing(&self) -> Result<Comparing, StoreError> {
        self.connections.comparing.get_or_try_init(|| self.find_extension()).await.copied()
    }

    async fn find_extension(&self) -> Result<Comparing, StoreError> {
        if self.writer().get_database_backend() != DbBackend::Postgres {
            return Ok(Comparing::Not);
        }
        let statement = Statement::from_string(DbBackend::Postgres, AVAILABLE);
        if self.writer().query_one_raw(statement).await?.is_none() {
            tracing::info!("PostgreSQL has no extension `vector`: vectors are compared in this process");
            return Ok(Comparing::Not);
        }
        if let Err(error) = self.writer().execute_unprepared(INSTALL).await {
            tracing::warn!(%error, "the extension `vector` is there but can't be switched on: vectors are compared in this process");
            return Ok(Comparing::Not);
        }
        Ok(Comparing::ByExtension)
    }
}

/// A vector as the extension reads it.
fn written(vector: &Vector) -> String {
    let numbers: Vec<String> = vector.values().iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}
