//! A configuration that is or was in force.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "config_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) chatbot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) version: i32,
    pub(in crate::store) account_id: Uuid,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) config: Json,
    pub(in crate::store) created_by: Option<Uuid>,
    pub(in crate::store) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
