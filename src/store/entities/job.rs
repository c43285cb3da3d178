//! A run over a source.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) job_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) source_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) kind: Json,
    pub(in crate::store) state: String,
    pub(in crate::store) stage: String,
    pub(in crate::store) progress: f32,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) error: Option<Json>,
    pub(in crate::store) attempts: i32,
    pub(in crate::store) created_at: DateTimeUtc,
    pub(in crate::store) updated_at: DateTimeUtc,
    pub(in crate::store) claimed_by: Option<Uuid>,
    pub(in crate::store) claimed_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) pages: Option<Json>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
