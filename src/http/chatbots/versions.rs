//! `GET /v1/chatbots/{chatbot_id}/versions`.

use actix_web::{HttpResponse, get};
use aihio_actors::model::{ConfigVersion, UserId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::Config;
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::page::{PageQuery, Paged, Query};
use crate::store::ConfigRecord;

/// A configuration that was in force, or is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    /// Its number.
    #[schema(value_type = u32)]
    version: ConfigVersion,
    /// What the chatbot did.
    config: Config,
    /// Who made it, where a person did.
    #[schema(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    /// Since when.
    created_at: DateTime<Utc>,
}

impl From<ConfigRecord> for Version {
    fn from(record: ConfigRecord) -> Self {
        Self {
            version: record.version,
            config: record.config.into(),
            created_by: record.created_by,
            created_at: record.created_at,
        }
    }
}

/// List a chatbot's versions
#[utoipa::path(tag = "chatbots", responses(
    (status = 200, description = "Its configurations, newest first.", body = Paged<Version>),
))]
#[get("/v1/chatbots/{chatbot_id}/versions")]
pub(crate) async fn list_versions(
    owned: OwnedChatbot<Read>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = owned.member.tenant.versions(owned.id(), &query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, Version::from)))
}
