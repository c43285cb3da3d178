//! The long runs of `make faults`: the same faults, as often as a release needs. In an ordinary test they end at once.

use super::plan::{Fault, Plan};
use super::power::Power;
use super::run::{Flaw, Keeps, Setting, run};
use super::seed::chosen;

/// How many times as many faults; none where no long run is wanted.
fn scale() -> Option<usize> {
    let percent = std::env::var("AIHIO_FAULTS_PERCENT").ok()?;
    Some(percent.parse().expect("AIHIO_FAULTS_PERCENT is a number"))
}

fn scaled(asked: &[(Fault, usize)], percent: usize) -> Vec<(Fault, usize)> {
    asked.iter().map(|(fault, count)| (*fault, (count * percent).div_ceil(100))).collect()
}

#[tokio::test]
async fn on_postgresql_with_everything() {
    let Some(percent) = scale() else { return };
    let asked = [
        (Fault::NodeKill, 500),
        (Fault::NodeKillInStall, 30),
        (Fault::NodeFreeze, 20),
        (Fault::DatabaseKill, 50),
        (Fault::DatabaseOutage, 10),
        (Fault::DatabaseRestart, 50),
        (Fault::DatabaseBackendKill, 20),
        (Fault::DatabaseFreeze, 20),
        (Fault::DatabaseStall, 20),
        (Fault::DatabaseCut, 50),
        (Fault::RedisKill, 50),
        (Fault::RedisFlush, 50),
        (Fault::RedisFreeze, 10),
        (Fault::RedisPause, 10),
        (Fault::RedisFull, 10),
        (Fault::RedisStall, 10),
        (Fault::SchemaStep, 5),
        (Fault::SocketStall, 20),
        (Fault::SocketCut, 2_000),
        (Fault::ModelTrouble, 500),
        (Fault::TakeOver, 200),
    ];
    let plan = Plan::new(chosen(), &scaled(&asked, percent));
    let keeps = Keeps::OwnPostgres;
    run(Setting { name: "postgresql", plan, keeps, nodes: 1, visitors: 10, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn on_sqlite() {
    let Some(percent) = scale() else { return };
    let asked = [
        (Fault::NodeKill, 150),
        (Fault::NodeFreeze, 10),
        (Fault::SocketStall, 10),
        (Fault::SocketCut, 500),
        (Fault::ModelTrouble, 100),
        (Fault::TakeOver, 60),
    ];
    let plan = Plan::new(chosen(), &scaled(&asked, percent));
    let keeps = Keeps::Sqlite;
    run(Setting { name: "sqlite", plan, keeps, nodes: 1, visitors: 10, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn among_two_nodes() {
    let Some(percent) = scale() else { return };
    let asked = [
        (Fault::NodeKill, 100),
        (Fault::NodeKillInStall, 10),
        (Fault::NodeFreeze, 30),
        (Fault::DatabaseKill, 10),
        (Fault::DatabaseCut, 20),
        (Fault::DatabaseStall, 10),
        (Fault::SchemaStep, 5),
        (Fault::RedisKill, 10),
        (Fault::RedisFlush, 20),
        (Fault::RedisStall, 10),
        (Fault::SocketCut, 500),
        (Fault::ModelTrouble, 100),
        (Fault::TakeOver, 60),
    ];
    let plan = Plan::new(chosen(), &scaled(&asked, percent));
    let keeps = Keeps::OwnPostgres;
    run(Setting { name: "two-nodes", plan, keeps, nodes: 2, visitors: 10, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn on_disks_that_fail_and_are_slow() {
    let Some(percent) = scale() else { return };
    let asked = scaled(&[(Fault::DiskError, 50), (Fault::DiskSlow, 10), (Fault::NodeKill, 10)], percent);
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::Sqlite);
    run(Setting { name: "disk-sqlite", plan, keeps, nodes: 1, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::SyncingPostgres(None));
    run(Setting { name: "disk-postgresql", plan, keeps, nodes: 1, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn when_power_fails() {
    let Some(percent) = scale() else { return };
    let (Some(power), Some(other)) = (Power::on(), Power::on()) else { return };
    let asked = scaled(&[(Fault::PowerLoss, 50)], percent);
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::WeakPower(power));
    run(Setting { name: "power-sqlite", plan, keeps, nodes: 1, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::SyncingPostgres(Some(other)));
    run(Setting { name: "power-postgresql", plan, keeps, nodes: 1, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
}

#[tokio::test]
async fn when_clocks_jump() {
    let Some(percent) = scale() else { return };
    let asked = scaled(&[(Fault::ClockJump, 60), (Fault::NodeKill, 20), (Fault::RedisFlush, 5)], percent);
    let (plan, keeps) = (Plan::new(chosen(), &asked), Keeps::OwnPostgres);
    run(Setting { name: "clock", plan, keeps, nodes: 2, visitors: 6, flaw: Flaw::None })
        .await
        .must_be_clean();
}
