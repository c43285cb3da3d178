//! A page or sitemap of a site.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_pages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) page_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) source_id: Uuid,
    pub(in crate::store) role: String,
    pub(in crate::store) url: String,
    pub(in crate::store) depth: i32,
    pub(in crate::store) state: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) error: Option<Json>,
    pub(in crate::store) title: Option<String>,
    pub(in crate::store) settled_round: i32,
    pub(in crate::store) attempts: i32,
    pub(in crate::store) taken_by: Option<Uuid>,
    pub(in crate::store) misses: i32,
    pub(in crate::store) identity: Option<String>,
    pub(in crate::store) content_hash: Option<Vec<u8>>,
    pub(in crate::store) document_id: Option<Uuid>,
    pub(in crate::store) bytes: i64,
    pub(in crate::store) chunks: i32,
    pub(in crate::store) etag: Option<String>,
    pub(in crate::store) last_modified: Option<String>,
    pub(in crate::store) found_at: DateTimeUtc,
    pub(in crate::store) settled_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
