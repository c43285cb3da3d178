//! Who did what to what.

use aihio_actors::model::Timestamp;
use sea_orm::{EntityTrait, Set};
use uuid::{NoContext, Uuid};

use super::entities::audit_entry;
use super::page::{Listing, by_id};
use super::{Page, Paged, StoreError, Tenant};

/// One deed. It holds names and ids, never contents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditEntry {
    /// Who: `user:<id>`, `key:<id>`, `system`.
    pub actor: String,
    /// What, such as `chatbot.deleted`.
    pub action: String,
    /// To what: `chatbot:<id>`.
    pub subject: String,
    /// When.
    pub at: Timestamp,
}

impl Tenant {
    /// Keeps a deed for good.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let seconds = u64::try_from(entry.at.timestamp()).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(NoContext, seconds, entry.at.timestamp_subsec_nanos());
        let row = audit_entry::ActiveModel {
            audit_id: Set(Uuid::new_v7(time)),
            account_id: Set(self.owner()),
            actor: Set(entry.actor),
            action: Set(entry.action),
            subject: Set(entry.subject),
            at: Set(entry.at),
        };
        audit_entry::Entity::insert(row).exec_without_returning(self.writer()).await?;
        Ok(())
    }

    /// The account's deeds.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn audit_log(&self, page: &Page) -> Result<Paged<AuditEntry>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: audit_entry::Column::AuditId,
            key: by_id,
            place: |row: &audit_entry::Model| row.audit_id,
            item: |row: audit_entry::Model| {
                Ok(AuditEntry { actor: row.actor, action: row.action, subject: row.subject, at: row.at })
            },
        };
        listing.page(self.find::<audit_entry::Entity>(), page).await
    }
}
