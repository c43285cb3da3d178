//! What every store keeps to, on both databases: the same tests run against each.

/// Runs each of these tests on a new SQLite file and on a new PostgreSQL database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::support::store::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::support::store::postgres().await).await;
            })*
        }
    };
}

mod fixture;

mod cache;
mod chatbots;
mod credits;
mod evaluation;
mod idempotency;
mod identity;
mod jobs;
mod journal;
mod journal_conflicts;
mod knowledge;
mod ledger;
mod migrations;
mod outdated;
mod pages;
mod recordings;
mod secrets;
mod site;
mod snapshots;
mod tenancy;
mod vectors;
mod waking;
