//! A conversation.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) session_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) epoch: String,
    pub(in crate::store) owner_epoch: i64,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) visitor: Json,
    pub(in crate::store) locale: Option<String>,
    pub(in crate::store) page_url: Option<String>,
    pub(in crate::store) opened_at: DateTimeUtc,
    pub(in crate::store) phase: String,
    pub(in crate::store) last_seq: i64,
    pub(in crate::store) messages: i64,
    pub(in crate::store) last_message_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
