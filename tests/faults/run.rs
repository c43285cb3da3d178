//! One run: everybody is brought together, things go wrong, everything heals, and what was seen is judged.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cast::{Cast, Postgres, Redis, Store};
use super::checker::check;
use super::disk::Disk;
use super::nemesis::Nemesis;
use super::oracle::Oracle;
use super::plan::{Counts, Fault, Plan};
use super::report::{Report, Times, Volume};
use super::support::Folder;
use super::support::server::{Plan as Settings, Server};
use super::visitor::Ground;
use super::workload::{Workload, tenants};

/// What a run's nodes keep their history in.
#[derive(Debug)]
pub enum Keeps {
    /// SQLite, with one node.
    Sqlite,
    /// SQLite on a disk that can be filled.
    SmallDisk(Disk),
    /// A database in a PostgreSQL that other runs use too.
    SharedPostgres,
    /// A PostgreSQL and a Redis of the run's own, so that they can be broken.
    OwnPostgres,
}

/// A run to be.
#[derive(Debug)]
pub struct Setting {
    /// What it is called in the report.
    pub name: &'static str,
    /// What goes wrong.
    pub plan: Plan,
    /// Where the history is kept.
    pub keeps: Keeps,
    /// How many visitors there are.
    pub visitors: usize,
    /// The server's mutant, for runs that must fail.
    pub mutant: Option<&'static str>,
}

/// Chance of the model: a number that no other part of the run uses.
const ORACLE_PART: u64 = 4;
/// How long a run goes on for faults that happen beside the others, when nothing new has happened.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plans under which credits are counted and lent, as hosted services have them, but never run out.
const PLANS: &str = "[counted]\nname = \"Counted\"\nanswers_per_month = 10_000_000\n";

/// The settings of a node of a run.
pub fn settings(plans: &Folder) -> Settings {
    let file = plans.path().join("plans.toml");
    std::fs::write(&file, PLANS).expect("a file can be written");
    Server::plan()
        .with("AIHIO__BILLING__PLANS_FILE", file.display().to_string())
        .with("AIHIO__BILLING__DEFAULT_PLAN", "counted")
}

/// Runs it.
pub async fn run(setting: Setting) -> Report {
    let Setting { name, plan, keeps, visitors, mutant } = setting;
    eprintln!("{name}: AIHIO_FAULTS_SEED={} replays this run", plan.seed);
    let began = Instant::now();
    let plans = Folder::new();
    let oracle = Oracle::start(plan.dice(ORACLE_PART)).await;
    let settings = oracle.known_to(self::settings(&plans));
    let settings = mutant.iter().fold(settings, |settings, mutant| settings.with("AIHIO_MUTANT", *mutant));
    let dice = Cast::store_dice(&plan);
    let (store, redis) = match keeps {
        Keeps::Sqlite => (Store::Sqlite, None),
        Keeps::SmallDisk(disk) => (Store::SmallDisk(disk), None),
        Keeps::SharedPostgres => (Store::shared(dice).await, None),
        Keeps::OwnPostgres => (Store::Own(Postgres::start(dice).await), Some(Redis::start().await)),
    };
    let cast = Cast::start(vec![settings], store, redis, &plan).await;
    let tenants = tenants(&cast, plan.count(Fault::ModelTrouble) > 0).await;
    let ground = Arc::new(Ground::new());
    cast.nodes[0].door.cuts(plan.count(Fault::SocketCut));
    let workload = Workload::begin(tenants, Arc::clone(&ground), visitors, &plan);
    let (cast, deeds) = Nemesis::new(cast, ground, &plan).works_through(&plan).await;
    let mut injected = deeds.injected;
    let ambient =
        || [(Fault::SocketCut, cast.nodes[0].door.cuts_made()), (Fault::ModelTrouble, oracle.faults())];
    until_enough(&plan, ambient).await;
    cast.nodes[0].door.cuts(0);
    injected.extend(ambient());
    let (mut history, take_overs) = workload.end().await;
    history.calls = oracle.calls();
    injected.insert(Fault::TakeOver, take_overs);

    let mut report = Report::new(name, &plan);
    report.injected = injected;
    report.volume = Volume::of(&history);
    report.felt = deeds.felt.iter().filter_map(|(fault, felt)| Some((*fault, Times::of(felt)?))).collect();
    report.node_ready = Times::of(&deeds.ready);
    report.violations = check(&history);
    report.seconds = began.elapsed().as_secs();
    report.save();
    report
}

/// Waits for the faults that happen by the way, as long as some still do.
async fn until_enough<const N: usize>(plan: &Plan, ambient: impl Fn() -> [(Fault, usize); N]) {
    let (mut seen, mut changed) = (Counts::new(), Instant::now());
    while changed.elapsed() < PATIENCE {
        let now = Counts::from(ambient());
        if now.iter().all(|(fault, count)| *count >= plan.count(*fault)) {
            return;
        }
        if now != seen {
            (seen, changed) = (now, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
