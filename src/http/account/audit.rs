//! `GET /v1/account/audit`.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::http::member::Owner;
use crate::http::page::{PageQuery, Paged, Query};
use crate::store;

/// Who did what to what.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Who: `user:` or `key:` with the id.
    actor: String,
    /// What, such as `chatbot.deleted`.
    action: String,
    /// To what: its kind and id, such as `chatbot:` with the id. It may be gone by now.
    subject: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<store::AuditEntry> for AuditEntry {
    fn from(entry: store::AuditEntry) -> Self {
        let store::AuditEntry { actor, action, subject, at } = entry;
        Self { actor, action, subject, at }
    }
}

/// List who did what
///
/// Sign-ins; keys, chatbots, sources and conversations that were made, changed, taken over or deleted. Never their
/// contents.
#[utoipa::path(tag = "account", responses(
    (status = 200, description = "The account's deeds, newest first.", body = Paged<AuditEntry>),
))]
#[get("/v1/account/audit")]
pub(crate) async fn list_audit(owner: Owner, query: Query<PageQuery>) -> Result<HttpResponse, ApiError> {
    let page = owner.tenant.audit_log(&query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, AuditEntry::from)))
}
