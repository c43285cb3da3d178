//! One entry of a session's history.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) session_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) session_month: i32,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) kind: String,
    pub(in crate::store) message_id: Option<Uuid>,
    pub(in crate::store) client_id: Option<String>,
    pub(in crate::store) role: Option<String>,
    pub(in crate::store) text: Option<String>,
    pub(in crate::store) reply_to: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) citations: Option<Json>,
    pub(in crate::store) state: Option<String>,
    pub(in crate::store) agent: Option<String>,
    pub(in crate::store) at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
