//! The long runs of `make faults`: the same faults, as often as a release needs. In an ordinary test they end at once.

use super::plan::{Fault, Plan};
use super::run::{Keeps, Setting, run};
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
        (Fault::SocketStall, 20),
        (Fault::SocketCut, 2_000),
        (Fault::ModelTrouble, 500),
        (Fault::TakeOver, 200),
    ];
    let plan = Plan::new(chosen(), &scaled(&asked, percent));
    let keeps = Keeps::OwnPostgres;
    run(Setting { name: "postgresql", plan, keeps, visitors: 10, mutant: None }).await.must_be_clean();
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
    run(Setting { name: "sqlite", plan, keeps, visitors: 10, mutant: None }).await.must_be_clean();
}
