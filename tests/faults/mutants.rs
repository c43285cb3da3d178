//! The harness is held against servers that are wrong on purpose: each must be caught, and by the promise it breaks.

use super::checker::Promise;
use super::plan::{Fault, Plan};
use super::power::Power;
use super::report::Report;
use super::run::{Flaw, Keeps, Setting, run};
use super::seed::chosen;

async fn is_caught(mutant: &'static str, keeps: Keeps, asked: &[(Fault, usize)], by: &[Promise]) {
    let plan = Plan::new(chosen(), asked);
    let report =
        run(Setting { name: mutant, plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::Mutant(mutant) }).await;
    must_break(&report, by);
}

fn must_break(report: &Report, promises: &[Promise]) {
    let caught = promises.iter().any(|promise| report.breaks(*promise));
    assert!(caught, "`{}` breaks none of {promises:?}\n{report}", report.name);
}

/// What a loss of power takes along that nobody waited for.
const LOST: [Promise; 3] = [Promise::AcknowledgedIsStored, Promise::NoSilentGap, Promise::BilledOnce];

#[tokio::test]
async fn a_server_that_acknowledges_early_is_caught() {
    let faults = [(Fault::NodeKillInStall, 3)];
    is_caught("acknowledge-early", Keeps::SharedPostgres, &faults, &[Promise::AcknowledgedIsStored]).await;
}

#[tokio::test]
async fn a_server_that_stores_a_retry_twice_is_caught() {
    is_caught("store-retry-twice", Keeps::Sqlite, &[(Fault::SocketCut, 5)], &[Promise::StoredOnce]).await;
}

#[tokio::test]
async fn a_server_that_loses_a_usage_row_is_caught() {
    is_caught("lose-usage", Keeps::Sqlite, &[(Fault::SocketCut, 5)], &[Promise::BilledOnce]).await;
}

#[tokio::test]
async fn a_server_that_doubles_a_usage_row_is_caught() {
    is_caught("double-usage", Keeps::Sqlite, &[(Fault::SocketCut, 5)], &[Promise::BilledOnce]).await;
}

#[tokio::test]
async fn a_server_that_leaves_a_gap_on_resume_is_caught() {
    is_caught("gap-on-resume", Keeps::Sqlite, &[(Fault::SocketCut, 10)], &[Promise::NoSilentGap]).await;
}

#[tokio::test]
async fn a_server_that_leaks_a_frame_is_caught() {
    is_caught("leak-frame", Keeps::Sqlite, &[(Fault::SocketCut, 5)], &[Promise::Fenced]).await;
}

#[tokio::test]
async fn a_journal_that_does_not_wait_for_its_disk_is_caught() {
    let Some(power) = Power::on() else { return };
    let (plan, keeps) = (Plan::new(chosen(), &[(Fault::PowerLoss, 3)]), Keeps::LazySqlite(power));
    let setting = Setting { name: "lazy-sqlite", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::Store };
    must_break(&run(setting).await, &LOST);
}

#[tokio::test]
async fn a_postgresql_that_does_not_wait_for_its_disk_is_caught() {
    let Some(power) = Power::on() else { return };
    let (plan, keeps) = (Plan::new(chosen(), &[(Fault::PowerLoss, 3)]), Keeps::LazyPostgres(power));
    let setting = Setting { name: "lazy-postgresql", plan, keeps, nodes: 1, visitors: 4, flaw: Flaw::Store };
    must_break(&run(setting).await, &LOST);
}
