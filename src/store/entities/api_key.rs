//! A key for programs, by its hash.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) api_key_id: Uuid,
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) name: String,
    pub(in crate::store) prefix: String,
    pub(in crate::store) hash: Vec<u8>,
    #[sea_orm(column_type = "JsonBinary")]
    pub(in crate::store) scopes: Json,
    pub(in crate::store) created_by: Option<Uuid>,
    pub(in crate::store) created_at: DateTimeUtc,
    pub(in crate::store) last_used_at: Option<DateTimeUtc>,
    pub(in crate::store) revoked_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
