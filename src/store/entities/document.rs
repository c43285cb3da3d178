//! A version of a source's text.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) document_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) chatbot_id: Uuid,
    pub(in crate::store) source_id: Uuid,
    pub(in crate::store) title: String,
    pub(in crate::store) url: Option<String>,
    pub(in crate::store) text: String,
    pub(in crate::store) content_hash: Vec<u8>,
    pub(in crate::store) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
