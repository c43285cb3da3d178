//! How much text an account may keep, as its plan says: looked at where a text is stored, so that texts which come at the
//! same moment don't both take the last room.

use aihio_actors::model::AccountId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::dialect::Sql;
use super::{Store, StoreError};

/// Keeps other texts of the account (`$1`) out until the transaction ends.
const LOCK: &str = "SELECT account_id FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE";

const KEPT: Sql =
    Sql::same("SELECT CAST(COALESCE(SUM(bytes), 0) AS bigint) AS bytes FROM sources WHERE account_id = $1");

/// The room of an account with a limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    account: AccountId,
    /// Bytes of text that the plan allows.
    pub(super) limit: u64,
}

impl Room {
    /// The account's room; none where the plan sets no limit. Asked for outside of a transaction, which would wait for
    /// the plan while it holds what others wait for.
    pub(super) async fn of(store: &Store, account: AccountId) -> Result<Option<Self>, StoreError> {
        let limit = store.plan_of(account).await?.stored_bytes;
        Ok(limit.map(|limit| Self { account, limit }))
    }

    /// Lets nobody else fill it until the transaction ends. SQLite has one writer, who needs no more than to write before
    /// it reads.
    pub(super) async fn hold(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        if transaction.get_database_backend() == DbBackend::Postgres {
            let values = [self.account.as_uuid().into()];
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, LOCK, values);
            transaction.query_one_raw(lock).await?;
        }
        Ok(())
    }

    /// Bytes of text that the account's sources have.
    pub(super) async fn kept(&self, connection: &impl ConnectionTrait) -> Result<u64, StoreError> {
        kept(connection, self.account).await
    }
}

impl Store {
    /// Bytes of text that the account's sources have.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn kept_bytes(&self, account: AccountId) -> Result<u64, StoreError> {
        kept(self.reader(), account).await
    }
}

async fn kept(connection: &impl ConnectionTrait, account: AccountId) -> Result<u64, StoreError> {
    let sum = connection.query_one_raw(KEPT.with(connection, vec![account.as_uuid().into()])).await?;
    let bytes: i64 = sum.map_or(Ok(0), |row| row.try_get("", "bytes"))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}
