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
use super::support::replay::{recording, replay_every_conversation};
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
    /// How many nodes share it.
    pub nodes: usize,
    /// How many visitors there are.
    pub visitors: usize,
    /// The server's mutant, for runs that must fail.
    pub mutant: Option<&'static str>,
}

/// Chance of the model: a number that no other part of the run uses.
const ORACLE_PART: u64 = 4;
/// How long a run goes on for faults that happen beside the others, when nothing new has happened.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a visitor waits on a silent connection: where there is but one node, until it may have come back; where there
/// are several, until it is worth trying another one.
pub const SILENCE: Duration = Duration::from_secs(8);
const SILENCE_AMONG_SEVERAL: Duration = Duration::from_secs(2);
/// How long a node owns a conversation without saying so again.
const LEASE_SECONDS: &str = "2";

/// The settings of a node that shares its conversations with others.
fn shared(settings: Settings) -> Settings {
    settings.with("AIHIO__CLUSTER__ENABLED", "true").with("AIHIO__CLUSTER__LEASE_SECONDS", LEASE_SECONDS)
}

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
    let Setting { name, plan, keeps, nodes, visitors, mutant } = setting;
    eprintln!("{name}: AIHIO_FAULTS_SEED={} replays this run", plan.seed);
    let began = Instant::now();
    let plans = Folder::new();
    let oracle = Oracle::start(plan.dice(ORACLE_PART)).await;
    let node = |_| {
        let settings = oracle.known_to(settings(&plans));
        let settings = if nodes > 1 { shared(settings) } else { settings };
        match mutant {
            Some(mutant) => settings.with("AIHIO_MUTANT", mutant),
            None => recording(settings),
        }
    };
    let dice = Cast::store_dice(&plan);
    let (store, redis) = match keeps {
        Keeps::Sqlite => (Store::Sqlite, None),
        Keeps::SmallDisk(disk) => (Store::SmallDisk(disk), None),
        Keeps::SharedPostgres => (Store::shared(dice).await, None),
        Keeps::OwnPostgres => (Store::Own(Postgres::start(dice).await), Some(Redis::start().await)),
    };
    let cast = Cast::start((0..nodes).map(node).collect(), store, redis, &plan).await;
    let tenants = tenants(&cast, plan.count(Fault::ModelTrouble) > 0).await;
    let ground = Arc::new(Ground::new(if nodes > 1 { SILENCE_AMONG_SEVERAL } else { SILENCE }));
    cast.cuts(plan.count(Fault::SocketCut));
    let workload = Workload::begin(tenants, Arc::clone(&ground), visitors, &plan);
    let (cast, deeds) = Nemesis::new(cast, ground, &plan).works_through(&plan).await;
    let mut injected = deeds.injected;
    let ambient = || [(Fault::SocketCut, cast.cuts_made()), (Fault::ModelTrouble, oracle.faults())];
    until_enough(&plan, ambient).await;
    cast.cuts(0);
    injected.extend(ambient());
    let (mut history, take_overs) = workload.end().await;
    history.calls = oracle.calls();
    if mutant.is_none() {
        replay(&cast, visitors).await;
    }
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

/// Has every conversation lived again, from its recording: whatever broke, the frames follow from what came in.
async fn replay(cast: &Cast, visitors: usize) {
    let node = cast.nodes.first().expect("a run has a node");
    let replayed = replay_every_conversation(&node.server).await;
    assert!(replayed >= visitors, "{replayed} conversations of {visitors} visitors were replayed");
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
