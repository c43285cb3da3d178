//! Stores on either database.

use std::collections::HashMap;
use std::ops::Deref;

use aihio::store::{Durability, Migrate, Store, StoreOptions};
use aihio_actors::model::{Plan, PlanId};

use super::{Folder, postgres};

/// A store of a test's own.
#[derive(Debug)]
pub(crate) struct TestStore {
    store: Store,
    /// Its database's address.
    pub(crate) url: String,
    _folder: Option<Folder>,
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl TestStore {
    /// Opens the same database once more, as another process would.
    pub(crate) async fn again(&self) -> Store {
        Store::open(options(&self.url, Migrate::AtStart)).await.unwrap()
    }
}

/// How tests open stores: with a plan `small` of two answers a month and 1,000 bytes of text as the default.
pub(crate) fn options(url: &str, migrate: Migrate) -> StoreOptions {
    let small = Plan {
        name: "Small".into(),
        answers_per_month: Some(2),
        stored_bytes: Some(1_000),
        ..Plan::default()
    };
    StoreOptions {
        url: url.into(),
        durability: Durability::Commit,
        migrate,
        connections_max: 4,
        plans: HashMap::from([(PlanId("small".into()), small)]),
        default_plan: PlanId("small".into()),
    }
}

/// A file that does not exist yet, in a folder that doesn't either.
pub(crate) fn sqlite_url(folder: &Folder) -> String {
    format!("sqlite://{}/data/aihio.db", folder.path().display())
}

/// A store on SQLite, in a new file.
pub(crate) async fn sqlite() -> TestStore {
    let folder = Folder::new();
    let url = sqlite_url(&folder);
    let store = Store::open(options(&url, Migrate::AtStart)).await.unwrap();
    TestStore { store, url, _folder: Some(folder) }
}

/// A store on PostgreSQL, in a new database.
pub(crate) async fn postgres() -> TestStore {
    let url = postgres::migrated().await;
    let store = Store::open(options(&url, Migrate::Refuse)).await.unwrap();
    TestStore { store, url, _folder: None }
}
