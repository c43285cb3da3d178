//! Something to read.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sources")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) source_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) title: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) kind: Json,
    pub(in crate::store) job_id: Uuid,
    pub(in crate::store) document_id: Option<Uuid>,
    pub(in crate::store) bytes: i64,
    pub(in crate::store) chunks: i32,
    pub(in crate::store) created_at: DateTimeUtc,
    pub(in crate::store) updated_at: DateTimeUtc,
    pub(in crate::store) sync_round: i32,
    pub(in crate::store) sync_job: Option<Uuid>,
    pub(in crate::store) resync_seconds: Option<i64>,
    pub(in crate::store) next_sync_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
