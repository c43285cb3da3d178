//! A key, as clients see it: never its secret.

use aihio_actors::model::ApiKeyId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::ApiKeyRecord;

/// A key for programs.
#[derive(Serialize, ToSchema)]
pub(super) struct ApiKey {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ApiKeyId,
    /// What its maker called it.
    name: String,
    /// The beginning of the secret, by which people tell keys apart.
    prefix: String,
    /// What it may do.
    #[schema(value_type = Vec<crate::auth::Scope>)]
    scopes: Vec<String>,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute or so.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<ApiKeyRecord> for ApiKey {
    fn from(record: ApiKeyRecord) -> Self {
        Self {
            id: record.api_key_id,
            name: record.name,
            prefix: record.prefix,
            scopes: record.scopes,
            created_at: record.created_at,
            last_used_at: record.last_used_at,
        }
    }
}
