//! The account itself.

use aihio_actors::model::{AccountId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entities::account;
use super::{Existence, StoreError, Tenant};

/// A tenant, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Its id.
    pub account_id: AccountId,
    /// What its people call it.
    pub name: String,
    /// When it began.
    pub created_at: Timestamp,
}

impl Tenant {
    /// The account, or none where it doesn't exist.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn account(&self) -> Result<Option<AccountRecord>, StoreError> {
        let row = account::Entity::find_by_id(self.owner()).one(self.reader()).await?;
        Ok(row.map(|row| AccountRecord {
            account_id: AccountId::from_uuid(row.account_id),
            name: row.name,
            created_at: row.created_at,
        }))
    }

    /// Gives the account another name.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn rename_account(&self, name: &str) -> Result<Existence, StoreError> {
        let update = account::Entity::update_many()
            .filter(account::Column::AccountId.eq(self.owner()))
            .col_expr(account::Column::Name, name.into());
        Ok(Existence::of(update.exec(self.writer()).await?.rows_affected))
    }
}
