//! Keys that all processes of an installation share.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};

use super::entities::server_secret;
use super::{Store, StoreError};

impl Store {
    /// The key of that name; `make` becomes it where there is none. Of several processes the first one's counts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn secret(&self, name: &str, make: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let row = server_secret::ActiveModel { name: Set(name.to_owned()), value: Set(make.to_vec()) };
        let keep_first = OnConflict::column(server_secret::Column::Name).do_nothing().to_owned();
        server_secret::Entity::insert(row)
            .on_conflict(keep_first)
            .exec_without_returning(self.writer())
            .await?;
        let stored = server_secret::Entity::find_by_id(name).one(self.writer()).await?;
        let value = stored.map(|row| row.value).unwrap_or_default();
        value.try_into().map_err(|_| StoreError::inconsistent("server_secrets", "value", &name))
    }
}
