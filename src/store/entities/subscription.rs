//! The plan an account is on.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(in crate::store) account_id: Uuid,
    pub(in crate::store) plan: String,
    pub(in crate::store) state: String,
    pub(in crate::store) customer_ref: Option<String>,
    pub(in crate::store) subscription_ref: Option<String>,
    pub(in crate::store) current_period_end: Option<DateTimeUtc>,
    pub(in crate::store) changed_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::store::tenant::Owned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
