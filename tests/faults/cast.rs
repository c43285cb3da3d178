//! Who takes part in a run: the nodes, what they rest on, and the network between them.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Clock;
use super::disk::Disk;
use super::plan::Plan;
use super::power::Power;
use super::process::{Process, Recipe, Signal, signal};
use super::proxy::Proxy;
use super::seed::Dice;
use super::support::Folder;
use super::support::attached::free_port;
use super::support::patience::PATIENCE;
use super::support::postgres::{self, bin, give_away, is_root};
use super::support::server::{Plan as Settings, Server};

/// The store that the nodes share.
#[derive(Debug)]
pub enum Store {
    /// A file of the one node's own.
    Sqlite,
    /// The same on a disk that can be filled.
    SmallDisk(Disk),
    /// The same on a disk whose power can fail.
    WeakPower(Power),
    /// A database of the run's own in a server that others use too.
    Shared { url: String },
    /// A server of the run's own.
    Own(Postgres),
}

impl Store {
    /// A database in the shared server.
    pub async fn shared() -> Self {
        Self::Shared { url: postgres::migrated().await }
    }

    /// Syncs what was written so far, where power can fail: what a run begins with is there, however a store keeps the rest.
    pub fn settles(&self) {
        match self {
            Self::WeakPower(power) => power.settles(),
            Self::Own(postgres) => postgres.power.iter().for_each(Power::settles),
            Self::Sqlite | Self::SmallDisk(_) | Self::Shared { .. } => {}
        }
    }

    /// Takes a step of the schema that the nodes do not know, as a newer program does beside them. Says whether there is
    /// anything that can.
    pub async fn grows(&self, step: usize) -> bool {
        let url = match self {
            Self::Shared { url } => url.clone(),
            Self::Own(postgres) => postgres.url(),
            Self::Sqlite | Self::SmallDisk(_) | Self::WeakPower(_) => return false,
        };
        let database = sea_orm::Database::connect(url).await.expect("PostgreSQL accepts connections");
        let statements = [
            format!("ALTER TABLE messages ADD COLUMN future_{step} text"),
            format!("ALTER TABLE sessions ADD COLUMN future_{step} integer NOT NULL DEFAULT {step}"),
            format!("ALTER TABLE usage_logs ADD COLUMN future_{step} bigint"),
            format!("CREATE TABLE future_{step} (id uuid PRIMARY KEY)"),
            format!("CREATE INDEX future_messages_{step} ON messages (session_id, future_{step})"),
            format!("INSERT INTO seaql_migrations VALUES ('m20990101_{step:06}_future', 0)"),
        ];
        // One after the other: whoever locked two tables at once that are written to could wait for somebody who waits for it.
        for statement in statements {
            let done = sea_orm::ConnectionTrait::execute_unprepared(&database, &statement).await;
            done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        true
    }

    /// The settings of a node, and the network of its own between it and the store.
    async fn reached_by(&self, settings: Settings, dice: Dice) -> (Settings, Option<Proxy>) {
        let url = match self {
            Self::Sqlite => return (settings, None),
            Self::SmallDisk(disk) => return (placed(settings, disk.path()), None),
            Self::WeakPower(power) => return (placed(settings, &power.path()), None),
            Self::Shared { url } => url.clone(),
            Self::Own(postgres) => postgres.url(),
        };
        let host = url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:")).expect("a host");
        let network = Proxy::before(host, dice).await;
        (settings.with("AIHIO__DATABASE__URL", url.replace(host, network.address())), Some(network))
    }
}

fn placed(settings: Settings, folder: &Path) -> Settings {
    settings.with("AIHIO__DATA_DIR", folder.display().to_string())
}

/// A PostgreSQL of the run's own.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    /// The disk that it writes to, where its power can fail.
    power: Option<Power>,
    _folder: Folder,
}

/// Whether PostgreSQL waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syncs {
    /// As it must where the disk or its power can fail.
    Always,
    /// As is enough where processes are killed: what PostgreSQL has written, the system has.
    Never,
}

impl Postgres {
    /// Starts one on an empty folder, or on an empty disk.
    pub async fn start(syncs: Syncs, power: Option<Power>) -> Self {
        let (folder, port, bin) = (Folder::new(), free_port(), bin());
        let home = power.as_ref().map_or_else(|| folder.path().to_owned(), Power::path);
        give_away(folder.path());
        give_away(&home);
        let data = home.join("data").display().to_string();
        let initdb = bin.join("initdb").display().to_string();
        let made = postgres::run(&[&initdb, "-A", "trust", "-U", postgres::USER, "--no-sync", "-D", &data]);
        assert!(made, "initdb failed in {data}");
        let words = postgres::server_words(&bin, &home, port);
        let program = bin.join("postgres");
        let arguments = words.into_iter().skip_while(|word| *word != program.display().to_string()).skip(1);
        let settings: &[&str] = match syncs {
            Syncs::Always => &["-c", "fsync=on", "-c", "full_page_writes=on", "-c", "max_wal_size=64MB"],
            Syncs::Never => &[],
        };
        let recipe = Recipe {
            arguments: arguments.chain(settings.iter().map(|word| (*word).to_owned())).collect(),
            user: is_root().then_some(postgres::USER),
            program,
            port,
            log: folder.path().join("server.log"),
        };
        power.iter().for_each(Power::settles);
        let postgres = Self { process: Process::start(recipe).await, power, _folder: folder };
        postgres.accepts().await;
        postgres
    }

    fn url(&self) -> String {
        format!("postgres://{}@{}/postgres", postgres::USER, self.process.address())
    }

    /// Its processes.
    pub fn family(&self) -> Vec<u32> {
        self.process.family()
    }

    /// Ends it as a loss of power does. Says whether its power can fail.
    pub async fn loses_power(&mut self) -> bool {
        let Some(power) = &self.power else { return false };
        let family = self.process.family();
        // All at once, so that none tells another anything.
        signal(&family, Signal::Stop);
        signal(&family, Signal::Kill);
        self.process.kill();
        power.fails();
        self.process.start_again().await;
        self.accepts().await;
        true
    }

    /// Kills it, and after a while starts it again on what it wrote.
    pub async fn is_killed_for(&mut self, away: Duration) {
        self.process.kill();
        tokio::time::sleep(away).await;
        self.process.start_again().await;
        self.accepts().await;
    }

    /// Waits until it works again; should it end by itself meanwhile, it is started again.
    pub async fn is_up_again(&mut self) {
        let began = Instant::now();
        loop {
            self.process.start_again().await;
            let mut options = sea_orm::ConnectOptions::new(self.url());
            options.acquire_timeout(Duration::from_secs(1));
            if sea_orm::Database::connect(options).await.is_ok() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "PostgreSQL does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Restarts it in order.
    pub async fn restarted(&mut self) {
        self.process.ends_by(Signal::Interrupt);
        self.process.start_again().await;
        self.accepts().await;
    }

    /// Kills one of its processes that serves a session.
    pub async fn loses_a_backend(&mut self, dice: &mut Dice) {
        let family = self.process.family();
        let backends: Vec<u32> = family.into_iter().skip(1).filter(|id| serves_a_session(*id)).collect();
        if let Some(backend) = backends.get(dice.below(backends.len() as u64) as usize) {
            signal(&[*backend], Signal::Kill);
        }
        self.accepts().await;
    }

    /// Stops all its processes.
    pub fn stops(&self) {
        signal(&self.process.family(), Signal::Stop);
    }

    /// Lets them go on.
    pub fn goes_on(&self) {
        signal(&self.process.family(), Signal::Continue);
    }

    /// Waits until it takes queries: it accepts connections before it has recovered.
    async fn accepts(&self) {
        let url = self.url();
        super::support::patience::until("PostgreSQL", async || {
            let mut options = sea_orm::ConnectOptions::new(&url);
            options.acquire_timeout(Duration::from_secs(1));
            sea_orm::Database::connect(options).await.ok()
        })
        .await;
    }
}

fn serves_a_session(process: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/cmdline"))
        .is_ok_and(|title| title.contains("127.0.0.1("))
}

/// A Redis of the run's own.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    _folder: Folder,
}

impl Redis {
    /// Starts one that keeps nothing on disk.
    pub async fn start() -> Self {
        let (folder, port) = (Folder::new(), free_port());
        let (port_text, path) = (port.to_string(), folder.path().display().to_string());
        let arguments =
            ["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", &path];
        let recipe = Recipe {
            program: "redis-server".into(),
            arguments: arguments.map(str::to_owned).to_vec(),
            user: None,
            port,
            log: folder.path().join("server.log"),
        };
        Self { process: Process::start(recipe).await, _folder: folder }
    }

    /// The settings of a node, and the network of its own between it and this.
    async fn reached_by(&self, settings: Settings, dice: Dice) -> (Settings, Proxy) {
        let network = Proxy::before(&self.process.address(), dice).await;
        (settings.with("AIHIO__REDIS__URL", format!("redis://{}", network.address())), network)
    }

    /// Kills it and starts it again, empty.
    pub async fn killed(&mut self) {
        self.process.kill();
        self.process.start_again().await;
    }

    /// Has it do something that it answers with a plain word, such as to forget everything (`FLUSHALL`).
    pub async fn does(&self, command: &str) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let stream = tokio::net::TcpStream::connect(self.process.address()).await;
        let mut stream = stream.expect("Redis accepts connections");
        stream.write_all(format!("{command}\r\n").as_bytes()).await.expect("Redis listens");
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.expect("Redis answers");
        assert_eq!(&answer, b"+OK\r\n");
    }

    /// Stops it.
    pub fn stops(&self) {
        signal(&self.process.family(), Signal::Stop);
    }

    /// Lets it go on.
    pub fn goes_on(&self) {
        signal(&self.process.family(), Signal::Continue);
    }
}

/// A node with the network before it.
#[derive(Debug)]
pub struct Node {
    /// The process.
    pub server: Server,
    /// What visitors go through.
    pub door: Proxy,
    /// What it goes through to the store, where that is elsewhere.
    pub store: Option<Proxy>,
    /// What it goes through to Redis.
    pub redis: Option<Proxy>,
}

/// Everybody.
#[derive(Debug)]
pub struct Cast {
    /// The nodes; each keeps its address through its lives.
    pub nodes: Vec<Node>,
    /// What they share.
    pub store: Store,
    /// Their memory beside the store.
    pub redis: Option<Redis>,
    /// What they take the time from, where it can go wrong.
    pub clock: Option<Clock>,
}

/// Chance of the networks of a cast: numbers that no other part of the run uses.
const STORE_PART: u64 = 10;
const DOOR_PART: u64 = 20;
const REDIS_PART: u64 = 30;

impl Cast {
    /// Starts nodes on a store.
    pub async fn start(settings: Vec<Settings>, store: Store, redis: Option<Redis>, plan: &Plan) -> Self {
        let mut cast = Self { nodes: Vec::new(), store, redis, clock: None };
        for (part, settings) in (0..).zip(settings) {
            let node = cast.node(settings, |base| plan.dice(base + part)).await;
            cast.nodes.push(node);
        }
        cast
    }

    async fn node(&self, settings: Settings, dice: impl Fn(u64) -> Dice) -> Node {
        let (settings, store) = self.store.reached_by(settings, dice(STORE_PART)).await;
        let (settings, redis) = match &self.redis {
            None => (settings, None),
            Some(redis) => {
                let (settings, network) = redis.reached_by(settings, dice(REDIS_PART)).await;
                (settings, Some(network))
            }
        };
        let server = settings.with("AIHIO__HTTP__BIND", format!("127.0.0.1:{}", free_port())).start().await;
        let door = Proxy::before(server.address(), dice(DOOR_PART)).await;
        Node { server, door, store, redis }
    }

    /// Resets so many of the visitors' coming connections, each after a random number of bytes.
    pub fn cuts(&self, count: usize) {
        let each = count.div_ceil(self.nodes.len());
        self.nodes.iter().for_each(|node| node.door.cuts(each));
    }

    /// How many were reset so.
    pub fn cuts_made(&self) -> usize {
        self.nodes.iter().map(|node| node.door.cuts_made()).sum()
    }
}
