//! One run: everybody is brought together, things go wrong, everything heals, and what was seen is judged.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cast::{Cast, Postgres, Redis, Store, Syncs};
use super::checker::check;
use super::clock::Clock;
use super::disk::Disk;
use super::nemesis::Nemesis;
use super::oracle::Oracle;
use super::plan::{Counts, Fault, Plan};
use super::power::Power;
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
    /// SQLite on a disk whose power can fail.
    WeakPower(Power),
    /// The same with a journal that does not wait for it.
    LazySqlite(Power),
    /// A database in a PostgreSQL that other runs use too.
    SharedPostgres,
    /// A PostgreSQL and a Redis of the run's own, so that they can be broken.
    OwnPostgres,
    /// The same with a PostgreSQL that waits for its disk, whose power can fail where one is given.
    SyncingPostgres(Option<Power>),
    /// The same with a PostgreSQL that does not wait for its disk.
    LazyPostgres(Power),
}

impl Keeps {
    /// What a run begins with.
    async fn begin(self) -> (Store, Option<Redis>) {
        match self {
            Self::Sqlite => (Store::Sqlite, None),
            Self::SmallDisk(disk) => (Store::SmallDisk(disk), None),
            Self::WeakPower(power) | Self::LazySqlite(power) => (Store::WeakPower(power), None),
            Self::SharedPostgres => (Store::shared().await, None),
            Self::OwnPostgres => {
                (Store::Own(Postgres::start(Syncs::Never, None).await), Some(Redis::start().await))
            }
            Self::SyncingPostgres(power) => {
                (Store::Own(Postgres::start(Syncs::Always, power).await), Some(Redis::start().await))
            }
            Self::LazyPostgres(power) => (Store::Own(Postgres::start(Syncs::Never, Some(power)).await), None),
        }
    }
}

/// What is wrong on purpose, in runs that must fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing: the run must be clean.
    None,
    /// The server runs the mutant of this name.
    Mutant(&'static str),
    /// The store does not keep what it says it keeps.
    Store,
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
    /// What is wrong on purpose.
    pub flaw: Flaw,
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
pub fn shared(settings: Settings) -> Settings {
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
    Box::pin(carried_out(setting)).await
}

async fn carried_out(setting: Setting) -> Report {
    let Setting { name, plan, keeps, nodes, visitors, flaw } = setting;
    eprintln!("{name}: AIHIO_FAULTS_SEED={} replays this run", plan.seed);
    let began = Instant::now();
    let plans = Folder::new();
    let oracle = Oracle::start(plan.dice(ORACLE_PART)).await;
    let clock = if plan.count(Fault::ClockJump) > 0 { Clock::near_the_months_end() } else { None };
    let lazy = matches!(keeps, Keeps::LazySqlite(_));
    let node = |_| {
        let settings = oracle.known_to(settings(&plans));
        let settings = if lazy { settings.with("AIHIO__JOURNAL__DURABILITY", "async") } else { settings };
        let settings = clock.iter().fold(settings, |settings, clock| clock.known_to(settings));
        let settings = if nodes > 1 { shared(settings) } else { settings };
        match flaw {
            Flaw::Mutant(name) => settings.with("AIHIO_MUTANT", name),
            Flaw::None | Flaw::Store => recording(settings),
        }
    };
    let (store, redis) = keeps.begin().await;
    let mut cast = Cast::start((0..nodes).map(node).collect(), store, redis, &plan).await;
    cast.clock = clock;
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
    history.clocks_jumped = plan.count(Fault::ClockJump) > 0;
    if flaw == Flaw::None {
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
