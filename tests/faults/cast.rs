//! Who takes part in a run: the nodes, what they rest on, and the network between them.

use super::disk::Disk;
use super::plan::Plan;
use super::process::{Process, Recipe, Signal, signal};
use super::proxy::Proxy;
use super::seed::Dice;
use super::support::Folder;
use super::support::attached::free_port;
use super::support::postgres::{self, bin, give_away, is_root};
use super::support::server::{Plan as Settings, Server};

/// The store that the nodes share.
#[derive(Debug)]
pub enum Store {
    /// A file of the one node's own.
    Sqlite,
    /// The same on a disk that can be filled.
    SmallDisk(Disk),
    /// A database of the run's own in a server that others use too, behind a network of the run's own.
    Shared { url: String, network: Proxy },
    /// A server of the run's own.
    Own(Postgres),
}

impl Store {
    /// A database in the shared server.
    pub async fn shared(dice: Dice) -> Self {
        let url = postgres::migrated().await;
        let host =
            url.split(['@', '/']).find(|part| part.starts_with("127.0.0.1:")).expect("a host").to_owned();
        let network = Proxy::before(&host, dice).await;
        Self::Shared { url: url.replace(&host, network.address()), network }
    }

    fn known_to(&self, settings: Settings) -> Settings {
        match self {
            Self::Sqlite => settings,
            Self::SmallDisk(disk) => settings.with("AIHIO__DATA_DIR", disk.path().display().to_string()),
            Self::Shared { url, .. } => settings.with("AIHIO__DATABASE__URL", url.as_str()),
            Self::Own(postgres) => settings.with("AIHIO__DATABASE__URL", postgres.url()),
        }
    }

    /// The network between nodes and store, where there is one.
    pub const fn network(&self) -> Option<&Proxy> {
        match self {
            Self::Sqlite | Self::SmallDisk(_) => None,
            Self::Shared { network, .. } => Some(network),
            Self::Own(postgres) => Some(&postgres.network),
        }
    }
}

/// A PostgreSQL of the run's own.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    network: Proxy,
    _folder: Folder,
}

impl Postgres {
    /// Starts one on an empty folder.
    pub async fn start(dice: Dice) -> Self {
        let (folder, port, bin) = (Folder::new(), free_port(), bin());
        give_away(folder.path());
        let data = folder.path().join("data").display().to_string();
        let initdb = bin.join("initdb").display().to_string();
        let made = postgres::run(&[&initdb, "-A", "trust", "-U", postgres::USER, "--no-sync", "-D", &data]);
        assert!(made, "initdb failed in {data}");
        // What kills here is not the loss of power: what PostgreSQL has written, the system has.
        let words = postgres::server_words(&bin, &folder, port);
        let program = bin.join("postgres");
        let arguments = words.into_iter().skip_while(|word| *word != program.display().to_string()).skip(1);
        let recipe = Recipe {
            arguments: arguments.collect(),
            user: is_root().then_some(postgres::USER),
            program,
            port,
            log: folder.path().join("server.log"),
        };
        let process = Process::start(recipe).await;
        let network = Proxy::before(&process.address(), dice).await;
        let postgres = Self { process, network, _folder: folder };
        postgres.accepts().await;
        postgres
    }

    fn url(&self) -> String {
        format!("postgres://{}@{}/postgres", postgres::USER, self.network.address())
    }

    /// Kills it, and after a while starts it again on what it wrote.
    pub async fn is_killed_for(&mut self, away: std::time::Duration) {
        self.process.kill();
        tokio::time::sleep(away).await;
        self.process.start_again().await;
        self.accepts().await;
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
        let url = format!("postgres://{}@{}/postgres", postgres::USER, self.process.address());
        super::support::patience::until("PostgreSQL", async || sea_orm::Database::connect(&url).await.ok())
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

    fn known_to(&self, settings: Settings) -> Settings {
        settings.with("AIHIO__REDIS__URL", format!("redis://{}", self.process.address()))
    }

    /// Kills it and starts it again, empty.
    pub async fn killed(&mut self) {
        self.process.kill();
        self.process.start_again().await;
    }

    /// Makes it forget everything.
    pub async fn forgets(&self) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let stream = tokio::net::TcpStream::connect(self.process.address()).await;
        let mut stream = stream.expect("Redis accepts connections");
        stream.write_all(b"FLUSHALL\r\n").await.expect("Redis listens");
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
}

/// Chance of the parts of a cast: numbers that no other part of the run uses.
const STORE_PART: u64 = 10;
const DOOR_PART: u64 = 20;

impl Cast {
    /// Starts nodes on a store.
    pub async fn start(settings: Vec<Settings>, store: Store, redis: Option<Redis>, plan: &Plan) -> Self {
        let mut nodes = Vec::new();
        for (part, settings) in (DOOR_PART..).zip(settings) {
            let settings =
                redis.iter().fold(store.known_to(settings), |settings, redis| redis.known_to(settings));
            let server =
                settings.with("AIHIO__HTTP__BIND", format!("127.0.0.1:{}", free_port())).start().await;
            let door = Proxy::before(server.address(), plan.dice(part)).await;
            nodes.push(Node { server, door });
        }
        Self { nodes, store, redis }
    }

    /// The chance of the network between nodes and store.
    pub const fn store_dice(plan: &Plan) -> Dice {
        plan.dice(STORE_PART)
    }
}
