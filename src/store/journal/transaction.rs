//! The journal's own transaction, past the ORM.

use aihio_actors::model::Timestamp;
use sea_orm::sqlx::{self, Postgres, Sqlite};
use sea_orm::{DatabaseConnection, DbBackend, DbErr, RuntimeErr};
use uuid::Uuid;

use super::super::StoreError;
use super::super::dialect::Sql;
use super::rows::Row;

/// A transaction on either database. Dropped, it is rolled back.
pub(in crate::store) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// An entry of a history as it is stored, as far as it tells one entry from another: position, message, state, moment.
pub(super) type StoredEvent = (i64, Option<Uuid>, Option<String>, Timestamp);

/// The same words for both drivers.
macro_rules! on_either {
    ($self:expr, $transaction:ident => $does:expr) => {
        match $self {
            Self::Sqlite($transaction) => $does,
            Self::Postgres($transaction) => $does,
        }
    };
}

impl Transaction {
    /// Begins.
    pub(super) async fn begin(database: &DatabaseConnection) -> Result<Self, StoreError> {
        Ok(if database.get_database_backend() == DbBackend::Sqlite {
            Self::Sqlite(database.get_sqlite_connection_pool().begin().await.map_err(failed)?)
        } else {
            Self::Postgres(database.get_postgres_connection_pool().begin().await.map_err(failed)?)
        })
    }

    /// Makes all of it durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        on_either!(self, transaction => transaction.commit().await.map_err(failed))
    }

    /// Takes all of it back.
    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        on_either!(self, transaction => transaction.rollback().await.map_err(failed))
    }

    /// Writes rows; tells how many were written.
    pub(super) async fn write<R: Row>(&mut self, rows: &[R]) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        match self {
            Self::Sqlite(transaction) => write_in_parts(transaction, rows).await.map_err(failed),
            Self::Postgres(transaction) => {
                let query = R::bind_columns(rows, sqlx::query(R::POSTGRES));
                Ok(query.execute(&mut **transaction).await.map_err(failed)?.rows_affected())
            }
        }
    }

    /// Runs a statement whose `$1` is rows as JSON, and whose `$2`, where it has one, is an id.
    pub(in crate::store) async fn run(
        &mut self,
        sql: Sql,
        rows: String,
        id: Option<Uuid>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => {
                let query = sqlx::query(sql.sqlite).bind(rows);
                let query = if let Some(id) = id { query.bind(id) } else { query };
                query.execute(&mut **transaction).await.map_err(failed)?;
            }
            Self::Postgres(transaction) => {
                let query = sqlx::query(sql.postgres).bind(rows);
                let query = if let Some(id) = id { query.bind(id) } else { query };
                query.execute(&mut **transaction).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Marks where [`Self::go_back`] goes back to.
    pub(super) async fn mark(&mut self) -> Result<(), StoreError> {
        self.say("SAVEPOINT record").await
    }

    /// Keeps what was done since the mark.
    pub(super) async fn go_on(&mut self) -> Result<(), StoreError> {
        self.say("RELEASE SAVEPOINT record").await
    }

    /// Takes back what was done since the mark.
    pub(super) async fn go_back(&mut self) -> Result<(), StoreError> {
        self.say("ROLLBACK TO SAVEPOINT record").await
    }

    async fn say(&mut self, word: &'static str) -> Result<(), StoreError> {
        on_either!(self, transaction => {
            sqlx::query(word).execute(&mut **transaction).await.map(drop).map_err(failed)
        })
    }

    /// Where a session's gate stands; nobody else moves it until this transaction ends.
    pub(super) async fn hold_gate(
        &mut self,
        session: Uuid,
        account: Uuid,
    ) -> Result<Option<i64>, StoreError> {
        let sql = HOLD_GATE;
        match self {
            Self::Sqlite(transaction) => {
                let query = sqlx::query_scalar(sql.sqlite).bind(session).bind(account);
                query.fetch_optional(&mut **transaction).await.map_err(failed)
            }
            Self::Postgres(transaction) => {
                let query = sqlx::query_scalar(sql.postgres).bind(session).bind(account);
                query.fetch_optional(&mut **transaction).await.map_err(failed)
            }
        }
    }

    /// Whose a session is and how it began: account, chatbot, epoch.
    pub(super) async fn beginning(
        &mut self,
        session: Uuid,
    ) -> Result<Option<(Uuid, Uuid, String)>, StoreError> {
        const BEGINNING: &str = "SELECT account_id, chatbot_id, epoch FROM sessions WHERE session_id = $1";
        on_either!(self, transaction => {
            let query = sqlx::query_as(BEGINNING).bind(session);
            query.fetch_optional(&mut **transaction).await.map_err(failed)
        })
    }

    /// The entries of a session's history from one position to another, in order.
    pub(super) async fn stored(
        &mut self,
        (session, month): (Uuid, i32),
        (first, last): (i64, i64),
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const STORED: &str = "SELECT seq, message_id, state, at FROM messages \
             WHERE session_id = $1 AND session_month = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq";
        on_either!(self, transaction => {
            let query = sqlx::query_as(STORED).bind(session).bind(month).bind(first).bind(last);
            query.fetch_all(&mut **transaction).await.map_err(failed)
        })
    }
}

const HOLD_GATE: Sql = Sql {
    sqlite: "SELECT last_seq FROM sessions WHERE session_id = $1 AND account_id = $2",
    postgres: "SELECT last_seq FROM sessions WHERE session_id = $1 AND account_id = $2 FOR UPDATE",
};

async fn write_in_parts<R: Row>(
    transaction: &mut sqlx::Transaction<'static, Sqlite>,
    mut rows: &[R],
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for (size, text) in R::sqlite().by_size() {
        while let Some((part, rest)) = rows.split_at_checked(size) {
            let query = part.iter().fold(sqlx::query(text), |query, row| row.bind_row(query));
            written += query.execute(&mut **transaction).await?.rows_affected();
            rows = rest;
        }
    }
    Ok(written)
}

/// The driver's failure as the ORM would tell it.
fn failed(error: sqlx::Error) -> StoreError {
    DbErr::Exec(RuntimeErr::SqlxError(error.into())).into()
}
