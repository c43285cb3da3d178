//! An account's rows. The constructors here are the only way to a tenant's table, and each of them names the account:
//! to forget it doesn't compile.

use aihio_actors::model::AccountId;
use sea_orm::{ColumnTrait, DatabaseConnection, DeleteMany, EntityTrait, QueryFilter, Select, UpdateMany};
use uuid::Uuid;

use super::Store;

/// A table whose rows belong to accounts.
pub(super) trait Owned: EntityTrait {
    /// The column that says whose a row is.
    const ACCOUNT: Self::Column;
}

/// One account's part of the store.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub(super) store: Store,
    account_id: AccountId,
}

impl Tenant {
    pub(super) const fn new(store: Store, account_id: AccountId) -> Self {
        Self { store, account_id }
    }

    /// Whose rows these are.
    #[must_use]
    pub const fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// The account's id as rows hold it.
    pub(super) const fn owner(&self) -> Uuid {
        self.account_id.as_uuid()
    }

    /// The account's rows of a table.
    pub(super) fn find<E: Owned>(&self) -> Select<E> {
        E::find().filter(E::ACCOUNT.eq(self.owner()))
    }

    /// A change of the account's rows of a table.
    pub(super) fn update<E: Owned>(&self) -> UpdateMany<E> {
        E::update_many().filter(E::ACCOUNT.eq(self.owner()))
    }

    /// The end of the account's rows of a table, as far as filtered.
    pub(super) fn remove<E: Owned>(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::ACCOUNT.eq(self.owner()))
    }

    pub(super) fn writer(&self) -> &DatabaseConnection {
        self.store.writer()
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        self.store.reader()
    }
}
