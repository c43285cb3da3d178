//! The runs that are part of every test: each kind of fault, a few times.

use super::disk::Disk;
use super::plan::{Fault, Plan};
use super::power::Power;
use super::run::{Flaw, Keeps, Setting, run};
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
    let setting =
        Setting { name: "sqlite-short", plan, keeps: Keeps::Sqlite, nodes: 1, visitors: 6, flaw: Flaw::None };
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
        (Fault::RedisPause, 1),
        (Fault::RedisFull, 1),
        (Fault::SocketStall, 1),
        (Fault::SocketCut, 40),
        (Fault::ModelTrouble, 10),
        (Fault::TakeOver, 4),
    ];
    let plan = Plan::new(chosen(), &asked);
    let setting = Setting {
        name: "postgresql-short",
        plan,
        keeps: Keeps::OwnPostgres,
        nodes: 1,
        visitors: 8,
        flaw: Flaw::None,
    };
    run(setting).await.must_be_clean();
}

#[tokio::test]
async fn on_disks_that_fail_and_are_slow_every_promise_holds() {
    let asked = [(Fault::DiskError, 3), (Fault::DiskSlow, 1)];
    let sqlite = Keeps::Sqlite;
    let plan = Plan::new(chosen(), &asked);
    run(Setting { name: "disk-sqlite-short", plan, keeps: sqlite, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::SyncingPostgres(None));
    run(Setting { name: "disk-postgresql-short", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn when_power_fails_every_promise_holds() {
    let (Some(power), Some(other)) = (Power::on(), Power::on()) else { return };
    let asked = [(Fault::PowerLoss, 3)];
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::WeakPower(power));
    run(Setting { name: "power-sqlite-short", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::SyncingPostgres(Some(other)));
    run(Setting { name: "power-postgresql-short", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn when_clocks_jump_every_promise_holds() {
    let plan = Plan::new(chosen(), &[(Fault::ClockJump, 8), (Fault::NodeKill, 2)]);
    let keeps = Keeps::OwnPostgres;
    run(Setting { name: "clock-short", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn a_run_that_breaks_less_than_was_asked_fails() {
    let plan = Plan::new(chosen(), &[(Fault::NodeKill, 1), (Fault::RedisFlush, 1)]);
    let setting =
        Setting { name: "too-few", plan, keeps: Keeps::Sqlite, nodes: 1, visitors: 2, flaw: Flaw::None };
    let report = run(setting).await;
    assert_eq!(report.missing(), [(Fault::RedisFlush, 0, 1)], "SQLite alone has no Redis to flush");
}

#[tokio::test]
async fn on_a_disk_that_fills_up_every_promise_holds() {
    let Some(disk) = Disk::mounted(48) else { return };
    let plan = Plan::new(chosen(), &[(Fault::DiskFull, 3), (Fault::NodeKill, 1)]);
    let keeps = Keeps::SmallDisk(disk);
    run(Setting { name: "disk-full", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn among_two_nodes_every_promise_holds() {
    let asked = [
        (Fault::NodeKill, 2),
        (Fault::NodeFreeze, 2),
        (Fault::DatabaseCut, 1),
        (Fault::RedisFlush, 1),
        (Fault::RedisStall, 1),
        (Fault::DatabaseStall, 1),
        (Fault::SchemaStep, 2),
        (Fault::SocketCut, 20),
        (Fault::ModelTrouble, 5),
        (Fault::TakeOver, 2),
    ];
    let plan = Plan::new(chosen(), &asked);
    let keeps = Keeps::OwnPostgres;
    run(Setting { name: "two-nodes-short", plan, keeps, nodes: 2, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
}
