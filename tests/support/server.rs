//! The real server, started as people start it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Folder;
use super::api::Api;
use super::patience::{until, within};
use super::program;

/// Who owns the installation in every test.
pub const OWNER_EMAIL: &str = "owner@example.org";
/// Their password.
pub const OWNER_PASSWORD: &str = "a long sentence nobody guesses";

/// What a server will be started with.
#[derive(Debug)]
pub struct Plan {
    settings: BTreeMap<String, String>,
    wrapping: Vec<&'static str>,
}

impl Plan {
    /// Sets `AIHIO__…`.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    /// Starts it by way of another program, such as one that takes resources from it.
    #[cfg(feature = "faults")]
    pub fn by_way_of(mut self, words: &[&'static str]) -> Self {
        self.wrapping = words.to_vec();
        self
    }

    /// Leaves a setting to its default.
    pub fn without(mut self, key: &str) -> Self {
        self.settings.remove(key);
        self
    }

    /// Starts it on an empty data folder and waits until it is ready.
    pub async fn start(self) -> Server {
        let mut server = Server {
            settings: self.settings,
            wrapping: self.wrapping,
            folder: Folder::new(),
            process: None,
            address: String::new(),
            log: Log::default(),
        };
        server.launch().await;
        server
    }
}

/// A running server with a data folder of its own. It ends with the value, and its log is shown when the test fails.
#[derive(Debug)]
pub struct Server {
    settings: BTreeMap<String, String>,
    wrapping: Vec<&'static str>,
    folder: Folder,
    process: Option<Child>,
    address: String,
    log: Log,
}

impl Server {
    /// One with nothing but defaults, beside an owner who is known and rate limits that are lifted.
    pub async fn start() -> Self {
        Self::plan().start().await
    }

    /// The same, to be changed before it starts.
    pub fn plan() -> Plan {
        Plan { settings: BTreeMap::new(), wrapping: Vec::new() }
            .with("AIHIO__HTTP__BIND", "127.0.0.1:0")
            .with("AIHIO__OWNER__EMAIL", OWNER_EMAIL)
            .with("AIHIO__OWNER__PASSWORD", OWNER_PASSWORD)
            .with("AIHIO__LIMITS__ENABLED", "false")
            .with("AIHIO__DEMO__ENABLED", "false")
    }

    /// Changes `AIHIO__…` for its next start.
    pub fn sets(&mut self, key: &str, value: impl Into<String>) {
        self.settings.insert(key.to_owned(), value.into());
    }

    /// Where it keeps its data.
    pub fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// An address below this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The number of its process.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// The most memory it has held so far, in MiB.
    pub fn memory_peak_mib(&self) -> u64 {
        let process = self.process_id();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
    }

    /// Everything it has printed so far.
    pub fn printed(&self) -> String {
        self.log.read().clone()
    }

    /// Its REST API, signed in as the owner.
    pub async fn owner(&self) -> Api {
        self.anyone().signed_in(OWNER_EMAIL, OWNER_PASSWORD).await
    }

    /// Its REST API, not signed in.
    pub fn anyone(&self) -> Api {
        Api::new(self.url(""))
    }

    /// Whether its process was started and not ended by the test.
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.ends().await
    }

    /// Waits until it has ended by itself.
    pub async fn ends(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("it runs");
        until("the server's end", async || process.try_wait().expect("it is a child of ours")).await
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let sent =
            std::process::Command::new("kill").args(["-s", name, &self.process_id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name} could not be sent");
    }

    /// Starts it again on the same data; the address may differ.
    pub async fn restart(&mut self) {
        self.kill();
        self.launch().await;
    }

    /// Runs another command of the program with the server's settings, whether it runs or not, and waits for its end.
    pub async fn runs(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null());
        let running = tokio::task::spawn_blocking(move || command.output());
        within("the end of a command", running).await.expect("no panic").expect("it can be started")
    }

    fn command(&self) -> Command {
        let mut command = match self.wrapping.split_first() {
            None => program::mortal(&program::server()),
            Some((first, rest)) => {
                let mut command = program::mortal(Path::new(first));
                command.args(rest).arg(program::server());
                command
            }
        };
        for (key, _) in std::env::vars().filter(|(key, _)| key.starts_with("AIHIO_")) {
            command.env_remove(key);
        }
        command.env("AIHIO__DATA_DIR", self.folder.path()).envs(&self.settings);
        command
    }

    async fn launch(&mut self) {
        let log = Log::default();
        self.log = log.clone();
        let mut command = self.command();
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the server can be started");
        log.follow(process.stdout.take().expect("it is piped"));
        log.follow(process.stderr.take().expect("it is piped"));
        self.process = Some(process);
        self.address = until("the line with the server's address", async || self.announced()).await;
        let ready = self.anyone();
        until("/readyz", async || ready.ask("GET", "/readyz").await.filter(|answer| answer.status == 200))
            .await;
    }

    fn announced(&mut self) -> Option<String> {
        if let Some(status) = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten()) {
            panic!("the server ended at start with {status}");
        }
        self.printed().lines().find_map(loopback_address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- what the server printed ---\n{}--- its end ---", self.printed());
        }
    }
}

/// The first `127.0.0.1:<port>` in a line.
pub fn loopback_address(line: &str) -> Option<String> {
    let host = "127.0.0.1:";
    let rest = &line[line.find(host)? + host.len()..];
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("{host}{port}"))
}

/// What a process prints, collected as it comes.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<String>>);

impl Log {
    /// Collects a stream in a thread of its own, so that the process never blocks on us.
    pub fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let mut text = log.read();
                text.push_str(&line);
                text.push('\n');
            }
        });
    }

    /// All of it so far.
    pub fn read(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
