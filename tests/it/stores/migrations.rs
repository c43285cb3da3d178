//! The schema goes up, down and up again, and a newer one is refused.

use aihio::store::{Migrate, Store, StoreError};
use aihio_migrations::{MigrateError, STEPS, apply, pending, revert};
use sea_orm::{ConnectionTrait, Database};

use crate::support::store::{options, sqlite_url};
use crate::support::{Folder, postgres};

/// An address where there is no schema yet, with the folder that it may need.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(String) -> F) {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    test(sqlite_url(&folder)).await;
    test(postgres::empty().await).await;
}

#[tokio::test]
async fn the_schema_goes_up_and_down_and_up() {
    on_both(|url| async move {
        assert_eq!(apply(&url).await.unwrap().len(), STEPS.len());
        assert_eq!(apply(&url).await.unwrap(), Vec::<&str>::new());
        revert(&url).await.unwrap();
        assert_eq!(apply(&url).await.unwrap().len(), STEPS.len());
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    let url = postgres::empty().await;
    let (left, right) = tokio::join!(apply(&url), apply(&url));
    let mut counts = [left.unwrap().len(), right.unwrap().len()];
    counts.sort_unstable();
    assert_eq!(counts, [0, STEPS.len()]);
}

#[tokio::test]
async fn a_database_that_a_newer_program_only_added_to_is_taken() {
    on_both(|url| async move {
        apply(&url).await.unwrap();
        let database = Database::connect(&url).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_wings', 0)";
        database.execute_unprepared(newer).await.unwrap();
        assert_eq!(pending(&database).await.unwrap(), Vec::<&str>::new());
        Store::open(options(&url, Migrate::AtStart)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_that_a_newer_program_took_from_is_refused() {
    on_both(|url| async move {
        apply(&url).await.unwrap();
        let database = Database::connect(&url).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000002_wings_contract', 0)";
        database.execute_unprepared(newer).await.unwrap();
        let refused = Store::open(options(&url, Migrate::AtStart)).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Schema(MigrateError::Unknown(step)) if step == "m20990101_000002_wings_contract"),
            "{refused:?}"
        );
        assert!(matches!(pending(&database).await, Err(MigrateError::Unknown(_))));
    })
    .await;
}

#[tokio::test]
async fn a_pending_step_is_named_where_it_may_not_be_applied() {
    let refused = Store::open(options(&postgres::empty().await, Migrate::Refuse)).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Schema(MigrateError::Pending(steps)) if steps.len() == STEPS.len())
    );
    assert!(refused.to_string().contains("aihio migrate"), "{refused}");
}

#[tokio::test]
async fn a_database_that_can_t_be_reached_is_told_so() {
    let refused = Store::open(options("postgres://127.0.0.1:1/none", Migrate::Refuse)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
}
