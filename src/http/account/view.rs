//! An account, as clients see it.

use aihio_actors::model::AccountId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::store::{AccountRecord, Tenant};

/// A tenant: who pays, whose things are fenced from everybody else's.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: AccountId,
    /// Its name.
    name: String,
    /// Since when it exists.
    created_at: DateTime<Utc>,
}

impl From<AccountRecord> for Account {
    fn from(record: AccountRecord) -> Self {
        Self { id: record.account_id, name: record.name, created_at: record.created_at }
    }
}

impl Account {
    /// The tenant's account.
    pub(super) async fn of(tenant: &Tenant) -> Result<Self, ApiError> {
        Ok(tenant.account().await?.ok_or_else(ApiError::not_found)?.into())
    }
}
