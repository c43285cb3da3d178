//! A real PostgreSQL: one server for the test process, one database for each test.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::sync::{Mutex, OnceCell};

use super::Folder;
use super::attached::{Attached, Signal, free_port, wait_until};

/// The user that the server runs as and answers to, since PostgreSQL refuses to be run by root.
pub(crate) const USER: &str = "postgres";
/// A database with the whole schema, which others are copied from.
const TEMPLATE: &str = "template_aihio";

static SERVER: OnceCell<Server> = OnceCell::const_new();

struct Server {
    attached: Attached,
    /// One copy of the template at a time.
    copying: Mutex<u32>,
    _folder: Folder,
}

/// A new database without a schema.
pub(crate) async fn empty() -> String {
    server().await.create("template0").await
}

/// A new database with the whole schema.
pub(crate) async fn migrated() -> String {
    server().await.create(TEMPLATE).await
}

async fn server() -> &'static Server {
    SERVER.get_or_init(Server::start).await
}

impl Server {
    async fn start() -> Self {
        let folder = Folder::new();
        let bin = bin();
        give_away(folder.path());
        let data = folder.path().join("data").display().to_string();
        let made = run(&[&path(&bin, "initdb"), "-A", "trust", "-U", USER, "--no-sync", "-D", &data]);
        assert!(made, "initdb failed in {data}");
        let port = free_port();
        let attached = Attached::start(
            folder.path(),
            port,
            Signal::Quit,
            &words(&server_words(&bin, folder.path(), port)),
        );
        let (port_text, ready) = (port.to_string(), path(&bin, "pg_isready"));
        assert!(wait_until(|| run(&[&ready, "-q", "-h", "127.0.0.1", "-p", &port_text])), "never ready");
        let server = Self { attached, copying: Mutex::new(0), _folder: folder };
        server.admin().await.execute_unprepared(&format!("CREATE DATABASE {TEMPLATE}")).await.unwrap();
        aihio_migrations::apply(&server.url(TEMPLATE)).await.unwrap();
        server
    }

    async fn create(&self, template: &str) -> String {
        let mut copies = self.copying.lock().await;
        *copies += 1;
        let name = format!("test_{copies}");
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.admin().await.execute_unprepared(&sql).await.unwrap();
        self.url(&name)
    }

    async fn admin(&self) -> DatabaseConnection {
        Database::connect(self.url("postgres")).await.unwrap()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.attached.port)
    }
}

/// Nothing here has to survive a loss of power, so nothing waits for the disk.
pub(crate) fn server_words(bin: &Path, folder: &Path, port: u16) -> Vec<String> {
    let sockets = folder.display().to_string();
    let data = folder.join("data").display().to_string();
    let port = port.to_string();
    let mut all: Vec<String> = unprivileged().iter().map(|word| (*word).to_owned()).collect();
    all.push(path(bin, "postgres"));
    let options = ["-D", &data, "-p", &port, "-k", &sockets, "-c", "listen_addresses=127.0.0.1"];
    all.extend(options.map(str::to_owned));
    let settings =
        ["fsync=off", "full_page_writes=off", "max_connections=300", "max_locks_per_transaction=256"];
    all.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    all
}

fn words(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// Where the newest PostgreSQL's programs are, or those that `AIHIO_POSTGRES_BIN` names: one with the extension `vector`,
/// say.
pub(crate) fn bin() -> PathBuf {
    if let Some(bin) = std::env::var_os("AIHIO_POSTGRES_BIN") {
        return bin.into();
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut bins: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    bins.retain(|bin| bin.join("initdb").exists());
    bins.sort();
    bins.pop().expect("PostgreSQL is not installed: run `make test`, which installs it")
}

fn path(bin: &Path, program: &str) -> String {
    bin.join(program).display().to_string()
}

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// What a command begins with to run as [`USER`] when we are root.
fn unprivileged() -> &'static [&'static str] {
    const WORDS: [&str; 4] = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
    if is_root() { &WORDS } else { &[] }
}

pub(crate) fn give_away(folder: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg(USER).arg(folder).status().unwrap().success());
    }
}

pub(crate) fn run(program: &[&str]) -> bool {
    let all = [unprivileged(), program].concat();
    let (first, rest) = all.split_first().unwrap();
    Command::new(first).args(rest).current_dir("/").output().is_ok_and(|output| output.status.success())
}
