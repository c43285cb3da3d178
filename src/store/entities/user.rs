//! A person who signs in.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) user_id: Uuid,
    pub(in crate::store) name: String,
    pub(in crate::store) email: String,
    pub(in crate::store) email_key: String,
    pub(in crate::store) password_hash: Option<String>,
    pub(in crate::store) operator: bool,
    pub(in crate::store) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
