//! A step of a session's recorded life.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_inputs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) session_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) life: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) nth: i64,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) at: DateTimeUtc,
    pub(in crate::store) version: i32,
    pub(in crate::store) payload: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
