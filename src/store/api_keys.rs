//! Keys for programs.

use aihio_actors::model::{AccountId, ApiKeyId, Timestamp, UserId};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, Set};

use super::entities::api_key::{self, Column};
use super::page::{Listing, by_id};
use super::{Existence, Page, Paged, Store, StoreError, Tenant};

/// How often at most it is noted that a key is used, so that a busy key costs a write a minute.
pub const KEY_USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A key as it is stored: its secret is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub api_key_id: ApiKeyId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What its people call it.
    pub name: String,
    /// The first characters of the secret, by which people tell keys apart.
    pub prefix: String,
    /// What it may do; empty is everything.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last shown to us, to the minute or so.
    pub last_used_at: Option<Timestamp>,
}

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Its id.
    pub api_key_id: ApiKeyId,
    /// What its people call it.
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it may do; empty is everything.
    pub scopes: Vec<String>,
    /// Who made it.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl ApiKeyRecord {
    /// Whether it is time to note that the key is used at `now`.
    #[must_use]
    pub fn is_use_worth_noting(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|noted| noted <= now - KEY_USE_NOTED_EVERY)
    }
}

impl Store {
    /// The key whose secret has this SHA-256, unless it was revoked.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn api_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<ApiKeyRecord>, StoreError> {
        let select = api_key::Entity::find()
            .filter(Column::Hash.eq(hash.to_vec()))
            .filter(Column::RevokedAt.is_null());
        select.one(self.reader()).await?.map(record).transpose()
    }
}

impl Tenant {
    /// Stores a key.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn create_api_key(&self, new: NewApiKey) -> Result<ApiKeyRecord, StoreError> {
        let row = api_key::ActiveModel {
            api_key_id: Set(new.api_key_id.as_uuid()),
            account_id: Set(self.owner()),
            name: Set(new.name),
            prefix: Set(new.prefix),
            hash: Set(new.hash.to_vec()),
            scopes: Set(serde_json::to_value(new.scopes)?),
            created_by: Set(new.by.map(UserId::as_uuid)),
            created_at: Set(new.at),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        let row = row.insert(self.writer()).await.map_err(|error| StoreError::unique(error, "api_key_id"))?;
        record(row)
    }

    /// The account's keys that are not revoked.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn api_keys(&self, page: &Page) -> Result<Paged<ApiKeyRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: Column::ApiKeyId,
            key: by_id,
            place: |row: &api_key::Model| row.api_key_id,
            item: record,
        };
        listing.page(self.find::<api_key::Entity>().filter(Column::RevokedAt.is_null()), page).await
    }

    /// Ends a key for good.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn revoke_api_key(&self, id: ApiKeyId, at: Timestamp) -> Result<Existence, StoreError> {
        let update = self
            .update::<api_key::Entity>()
            .filter(Column::ApiKeyId.eq(id.as_uuid()))
            .filter(Column::RevokedAt.is_null())
            .col_expr(Column::RevokedAt, Expr::value(at));
        Ok(Existence::of(update.exec(self.writer()).await?.rows_affected))
    }

    /// Notes that a key was shown, unless that was noted less than [`KEY_USE_NOTED_EVERY`] ago.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn api_key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let long_ago = Column::LastUsedAt.is_null().or(Column::LastUsedAt.lte(at - KEY_USE_NOTED_EVERY));
        let update = self
            .update::<api_key::Entity>()
            .filter(Column::ApiKeyId.eq(id.as_uuid()))
            .filter(long_ago)
            .col_expr(Column::LastUsedAt, Expr::value(at));
        update.exec(self.writer()).await?;
        Ok(())
    }
}

fn record(row: api_key::Model) -> Result<ApiKeyRecord, StoreError> {
    let scopes = serde_json::from_value(row.scopes)
        .map_err(|_| StoreError::inconsistent("api_keys", "scopes", &row.api_key_id))?;
    Ok(ApiKeyRecord {
        api_key_id: ApiKeyId::from_uuid(row.api_key_id),
        account_id: AccountId::from_uuid(row.account_id),
        name: row.name,
        prefix: row.prefix,
        scopes,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    })
}
