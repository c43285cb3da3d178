//! The runs that are part of every test: each kind of fault, a few times.

use super::disk::Disk;
use super::plan::{Fault, Plan};
use super::run::{Keeps, Setting, run};
use super::seed::chosen;

#[tokio::test]
async fn on_sqlite_every_promise_holds() {
    let asked = [
        (Fault::NodeKill, 4),
        (Fault::NodeFreeze, 1),
        (Fault::SocketStall, 1),
        (Fault::SocketCut, 40),
        (Fault::TakeOver, 4),
    ];
    let plan = Plan::new(chosen(), &asked);
    let setting = Setting { name: "sqlite-short", plan, keeps: Keeps::Sqlite, visitors: 6, mutant: None };
    run(setting).await.must_be_clean();
}

#[tokio::test]
async fn on_postgresql_with_redis_and_a_model_every_promise_holds() {
    let asked = [
        (Fault::NodeKill, 2),
        (Fault::NodeKillInStall, 1),
        (Fault::NodeFreeze, 1),
        (Fault::DatabaseKill, 1),
        (Fault::DatabaseOutage, 1),
        (Fault::DatabaseBackendKill, 1),
        (Fault::DatabaseRestart, 1),
        (Fault::DatabaseFreeze, 1),
        (Fault::DatabaseStall, 1),
        (Fault::DatabaseCut, 2),
        (Fault::RedisKill, 1),
        (Fault::RedisFlush, 2),
        (Fault::RedisFreeze, 1),
        (Fault::SocketStall, 1),
        (Fault::SocketCut, 40),
        (Fault::ModelTrouble, 10),
        (Fault::TakeOver, 4),
    ];
    let plan = Plan::new(chosen(), &asked);
    let setting =
        Setting { name: "postgresql-short", plan, keeps: Keeps::OwnPostgres, visitors: 8, mutant: None };
    run(setting).await.must_be_clean();
}

#[tokio::test]
async fn a_run_that_breaks_less_than_was_asked_fails() {
    let plan = Plan::new(chosen(), &[(Fault::NodeKill, 1), (Fault::RedisFlush, 1)]);
    let setting = Setting { name: "too-few", plan, keeps: Keeps::Sqlite, visitors: 2, mutant: None };
    let report = run(setting).await;
    assert_eq!(report.missing(), [(Fault::RedisFlush, 0, 1)], "SQLite alone has no Redis to flush");
}

#[tokio::test]
async fn on_a_disk_that_fills_up_every_promise_holds() {
    let Some(disk) = Disk::mounted(48) else { return };
    let plan = Plan::new(chosen(), &[(Fault::DiskFull, 3), (Fault::NodeKill, 1)]);
    let keeps = Keeps::SmallDisk(disk);
    run(Setting { name: "disk-full", plan, keeps, visitors: 4, mutant: None }).await.must_be_clean();
}
