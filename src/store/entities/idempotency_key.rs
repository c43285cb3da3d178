//! A request sent under a key, with its answer.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) account_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) key: String,
    pub(in crate::store) fingerprint: Vec<u8>,
    pub(in crate::store) status: Option<i32>,
    pub(in crate::store) content_type: Option<String>,
    pub(in crate::store) body: Option<Vec<u8>>,
    pub(in crate::store) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
