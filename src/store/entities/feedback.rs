//! A visitor's judgement of an answer.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) message_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) session_id: Uuid,
    pub(in crate::store) rating: String,
    pub(in crate::store) comment: Option<String>,
    pub(in crate::store) at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
