//! Secrets of chatbots. They come sealed, and what is in them is not known here.

use aihio_actors::model::{ChatbotId, Timestamp};
use sea_orm::ConnectionTrait;

use super::dialect::{Sql, moment};
use super::{Existence, StoreError, Tenant};

/// A secret, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// What the configuration calls it.
    pub name: String,
    /// When it was last set.
    pub updated_at: Timestamp,
}

const NAMES: Sql = Sql::same(
    "SELECT name, updated_at FROM chatbot_secrets WHERE chatbot_id = $1 AND account_id = $2 ORDER BY name",
);

const SEALED: Sql =
    Sql::same("SELECT sealed FROM chatbot_secrets WHERE chatbot_id = $1 AND account_id = $2 AND name = $3");

const SAVE: Sql = Sql {
    sqlite: "INSERT INTO chatbot_secrets (chatbot_id, account_id, name, sealed, updated_at) \
             SELECT chatbot_id, account_id, $3, $4, $5 FROM chatbots WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
    postgres: "INSERT INTO chatbot_secrets (chatbot_id, account_id, name, sealed, updated_at) \
             SELECT chatbot_id, account_id, $3, $4, $5::text::timestamptz FROM chatbots \
             WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
};

const DELETE: Sql =
    Sql::same("DELETE FROM chatbot_secrets WHERE chatbot_id = $1 AND account_id = $2 AND name = $3");

impl Tenant {
    /// The names of a chatbot's secrets, in their order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbot_secrets(&self, chatbot: ChatbotId) -> Result<Vec<SecretName>, StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into()];
        let rows = self.reader().query_all_raw(NAMES.with(self.reader(), values)).await?;
        let name = |row: sea_orm::QueryResult| {
            Ok(SecretName { name: row.try_get("", "name")?, updated_at: row.try_get("", "updated_at")? })
        };
        rows.into_iter().map(name).collect()
    }

    /// A secret, sealed; none where it is not set.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbot_secret(
        &self,
        chatbot: ChatbotId,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into(), name.into()];
        let row = self.writer().query_one_raw(SEALED.with(self.writer(), values)).await?;
        Ok(row.map(|row| row.try_get("", "sealed")).transpose()?)
    }

    /// Sets a secret, in the place of its former value.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn save_chatbot_secret(
        &self,
        chatbot: ChatbotId,
        (name, sealed): (&str, Vec<u8>),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let values = vec![
            chatbot.as_uuid().into(),
            self.owner().into(),
            name.into(),
            sealed.into(),
            moment(at).into(),
        ];
        self.writer().execute_raw(SAVE.with(self.writer(), values)).await?;
        Ok(())
    }

    /// Forgets a secret.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn delete_chatbot_secret(
        &self,
        chatbot: ChatbotId,
        name: &str,
    ) -> Result<Existence, StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into(), name.into()];
        let deleted = self.writer().execute_raw(DELETE.with(self.writer(), values)).await?;
        Ok(Existence::of(deleted.rows_affected()))
    }
}
