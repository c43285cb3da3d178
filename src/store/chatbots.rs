//! Chatbots and the configurations they had.

use aihio_actors::model::{
    AccountId, ChatbotConfig, ChatbotId, ChatbotRecord, ConfigVersion, Timestamp, UserId,
};
use aihio_actors::ports::{Catalog, PortError};
use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
    TransactionTrait,
};
use uuid::Uuid;

use super::dialect::{Sql, replace_nul};
use super::entities::{chatbot, config_version};
use super::page::{Listing, by_id};
use super::patience::Patience;
use super::{Existence, Page, Paged, Store, StoreError, Tenant};

/// A chatbot with its times.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredChatbot {
    /// The chatbot with the configuration in force.
    pub record: ChatbotRecord,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its configuration last changed.
    pub updated_at: Timestamp,
}

/// A chatbot to be stored, with its first configuration.
#[derive(Debug, Clone)]
pub struct NewChatbot {
    /// Its id.
    pub chatbot_id: ChatbotId,
    /// Its name in addresses, unique over all accounts.
    pub slug: String,
    /// What it does.
    pub config: ChatbotConfig,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// Who changes a configuration, and when.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Who.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// A configuration that is or was in force.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRecord {
    /// Its number.
    pub version: ConfigVersion,
    /// What the chatbot did under it.
    pub config: ChatbotConfig,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

#[async_trait]
impl Catalog for Store {
    async fn find(&self, chatbot: ChatbotId) -> Result<Option<ChatbotRecord>, PortError> {
        let find = async {
            let row = chatbot::Entity::find_by_id(chatbot.as_uuid()).one(self.reader()).await?;
            Ok(row.map(record).transpose()?.map(|stored| stored.record))
        };
        Patience::Visitor.ask("catalog", find).await
    }
}

impl Store {
    /// Whose chatbot it is: for routes that visitors use, which know no account.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbot_account(&self, id: ChatbotId) -> Result<Option<AccountId>, StoreError> {
        let row = chatbot::Entity::find_by_id(id.as_uuid()).one(self.reader()).await?;
        Ok(row.map(|row| AccountId::from_uuid(row.account_id)))
    }
}

impl Tenant {
    /// The account's chatbots.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbots(&self, page: &Page) -> Result<Paged<StoredChatbot>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: chatbot::Column::ChatbotId,
            key: by_id,
            place: |row: &chatbot::Model| row.chatbot_id,
            item: record,
        };
        listing.page(self.find::<chatbot::Entity>(), page).await
    }

    /// How many chatbots the account has.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn count_chatbots(&self) -> Result<u64, StoreError> {
        Ok(self.find::<chatbot::Entity>().count(self.reader()).await?)
    }

    /// The chatbot.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbot(&self, id: ChatbotId) -> Result<Option<StoredChatbot>, StoreError> {
        let select = self.find::<chatbot::Entity>().filter(chatbot::Column::ChatbotId.eq(id.as_uuid()));
        select.one(self.reader()).await?.map(record).transpose()
    }

    /// The account's chatbot of that name.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn chatbot_by_slug(&self, slug: &str) -> Result<Option<StoredChatbot>, StoreError> {
        let select = self.find::<chatbot::Entity>().filter(chatbot::Column::Slug.eq(slug));
        select.one(self.reader()).await?.map(record).transpose()
    }

    /// Stores a chatbot with its first configuration.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] over `slug` when the name is taken, by whatever account.
    pub async fn create_chatbot(&self, new: NewChatbot) -> Result<StoredChatbot, StoreError> {
        let transaction = self.writer().begin().await?;
        let config = config_json(&new.config)?;
        let row = chatbot::ActiveModel {
            chatbot_id: Set(new.chatbot_id.as_uuid()),
            account_id: Set(self.owner()),
            slug: Set(new.slug),
            config_version: Set(1),
            config: Set(config.clone()),
            created_at: Set(new.at),
            updated_at: Set(new.at),
        };
        let row = row.insert(&transaction).await.map_err(|error| StoreError::unique(error, "slug"))?;
        let change = Change { by: new.created_by, at: new.at };
        let version = self.version_row(new.chatbot_id, 1, config, change);
        version.insert(&transaction).await?;
        transaction.commit().await?;
        record(row)
    }

    /// Puts a configuration in the place of the one numbered `expected`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] over `config_version` when another is in force, or the chatbot is gone.
    pub async fn save_config(
        &self,
        id: ChatbotId,
        expected: ConfigVersion,
        config: &ChatbotConfig,
        change: Change,
    ) -> Result<ConfigVersion, StoreError> {
        let conflict = || StoreError::Conflict("config_version");
        let expected = i32::try_from(expected.0).map_err(|_| conflict())?;
        let next = expected.checked_add(1).ok_or_else(conflict)?;
        let config = config_json(config)?;
        let transaction = self.writer().begin().await?;
        let update = self
            .update::<chatbot::Entity>()
            .filter(chatbot::Column::ChatbotId.eq(id.as_uuid()))
            .filter(chatbot::Column::ConfigVersion.eq(expected))
            .col_expr(chatbot::Column::ConfigVersion, Expr::value(next))
            .col_expr(chatbot::Column::Config, Expr::value(config.clone()))
            .col_expr(chatbot::Column::UpdatedAt, Expr::value(change.at));
        if update.exec(&transaction).await?.rows_affected == 0 {
            return Err(conflict());
        }
        self.version_row(id, next, config, change).insert(&transaction).await?;
        transaction.commit().await?;
        number(next, id.as_uuid())
    }

    /// The configurations a chatbot had, newest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn versions(&self, id: ChatbotId, page: &Page) -> Result<Paged<ConfigRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: config_version::Column::Version,
            key: |cursor| i64::try_from(cursor.as_u128()).unwrap_or(i64::MAX).into(),
            place: |row: &config_version::Model| Uuid::from_u128(u128::from(row.version.unsigned_abs())),
            item: config_record,
        };
        let select =
            self.find::<config_version::Entity>().filter(config_version::Column::ChatbotId.eq(id.as_uuid()));
        listing.page(select, page).await
    }

    /// One of the configurations a chatbot had.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn config_at(
        &self,
        id: ChatbotId,
        version: ConfigVersion,
    ) -> Result<Option<ConfigRecord>, StoreError> {
        let select = self
            .find::<config_version::Entity>()
            .filter(config_version::Column::ChatbotId.eq(id.as_uuid()))
            .filter(config_version::Column::Version.eq(i64::from(version.0)));
        select.one(self.reader()).await?.map(config_record).transpose()
    }

    /// Erases a chatbot with its sources, jobs, conversations and all they hold. What it used stays counted.
    ///
    /// # Errors
    /// When the store can't be written; nothing is erased then.
    pub async fn delete_chatbot(&self, id: ChatbotId) -> Result<Existence, StoreError> {
        let transaction = self.writer().begin().await?;
        let deleted = self
            .remove::<chatbot::Entity>()
            .filter(chatbot::Column::ChatbotId.eq(id.as_uuid()))
            .exec(&transaction)
            .await?;
        if deleted.rows_affected == 0 {
            return Ok(Existence::Absent);
        }
        for erase in ERASE_CONVERSATIONS {
            let values = vec![self.owner().into(), id.as_uuid().into()];
            transaction.execute_raw(erase.with(&transaction, values)).await?;
        }
        transaction.commit().await?;
        Ok(Existence::Present)
    }

    fn version_row(
        &self,
        id: ChatbotId,
        version: i32,
        config: serde_json::Value,
        change: Change,
    ) -> config_version::ActiveModel {
        config_version::ActiveModel {
            chatbot_id: Set(id.as_uuid()),
            version: Set(version),
            account_id: Set(self.owner()),
            config: Set(config),
            created_by: Set(change.by.map(UserId::as_uuid)),
            created_at: Set(change.at),
        }
    }
}

/// What the tables of conversations hold of a chatbot (`$2`) of an account (`$1`). First of all the gates are shut: an
/// append waits for this transaction and then finds no session, so nothing comes in behind the erasure. Recordings go last:
/// they are written under a lock on the session's row.
const ERASE_CONVERSATIONS: [Sql; 8] = [
    Sql::same("UPDATE sessions SET last_seq = -1 WHERE account_id = $1 AND chatbot_id = $2"),
    Sql::same(
        "DELETE FROM snapshots WHERE kind = 'session' AND id IN \
         (SELECT session_id FROM sessions WHERE account_id = $1 AND chatbot_id = $2)",
    ),
    Sql::same(
        "DELETE FROM messages WHERE session_id IN \
         (SELECT session_id FROM sessions WHERE account_id = $1 AND chatbot_id = $2)",
    ),
    Sql::same("DELETE FROM receipts WHERE account_id = $1 AND chatbot_id = $2"),
    Sql::same("DELETE FROM feedback WHERE account_id = $1 AND chatbot_id = $2"),
    Sql::same("DELETE FROM leads WHERE account_id = $1 AND chatbot_id = $2"),
    Sql::same("DELETE FROM sessions WHERE account_id = $1 AND chatbot_id = $2"),
    Sql::same("DELETE FROM session_inputs WHERE account_id = $1 AND chatbot_id = $2"),
];

fn config_json(config: &ChatbotConfig) -> Result<serde_json::Value, StoreError> {
    let mut value = serde_json::to_value(config)?;
    replace_nul(&mut value);
    Ok(value)
}

fn number(version: i32, chatbot: Uuid) -> Result<ConfigVersion, StoreError> {
    let version = u32::try_from(version);
    version.map(ConfigVersion).map_err(|_| StoreError::inconsistent("chatbots", "config_version", &chatbot))
}

fn record(row: chatbot::Model) -> Result<StoredChatbot, StoreError> {
    let config = serde_json::from_value(row.config)
        .map_err(|_| StoreError::inconsistent("chatbots", "config", &row.chatbot_id))?;
    let record = ChatbotRecord {
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        account_id: AccountId::from_uuid(row.account_id),
        slug: row.slug,
        config_version: number(row.config_version, row.chatbot_id)?,
        config,
    };
    Ok(StoredChatbot { record, created_at: row.created_at, updated_at: row.updated_at })
}

fn config_record(row: config_version::Model) -> Result<ConfigRecord, StoreError> {
    let config = serde_json::from_value(row.config)
        .map_err(|_| StoreError::inconsistent("config_versions", "config", &row.chatbot_id))?;
    Ok(ConfigRecord {
        version: number(row.version, row.chatbot_id)?,
        config,
        created_by: row.created_by.map(UserId::from_uuid),
        created_at: row.created_at,
    })
}
