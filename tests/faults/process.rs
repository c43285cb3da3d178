//! A server that can be killed, stopped, woken and started again on what it left behind.

use std::fs::OpenOptions;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::support::program::mortal;

/// Signals by name, as `kill` takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Kill,
    /// PostgreSQL's fast shutdown, Redis' ordinary one.
    Interrupt,
    Stop,
    Continue,
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Interrupt => "INT",
            Self::Stop => "STOP",
            Self::Continue => "CONT",
        }
    }
}

/// How to start a server on a port.
#[derive(Debug)]
pub struct Recipe {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Whom it runs as, when we are root.
    pub user: Option<&'static str>,
    /// The loopback port it will listen on.
    pub port: u16,
    /// Where its output goes.
    pub log: PathBuf,
}

/// The server.
#[derive(Debug)]
pub struct Process {
    recipe: Recipe,
    child: Option<Child>,
}

impl Process {
    /// Starts it and waits until it accepts connections.
    pub async fn start(recipe: Recipe) -> Self {
        let mut process = Self { recipe, child: None };
        process.start_again().await;
        process
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.recipe.port)
    }

    /// Starts it again. Where its last life still holds something, it is tried until that is let go.
    pub async fn start_again(&mut self) {
        let port = self.recipe.port;
        for _ in 0..3_000 {
            if self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None))) {
                self.child = Some(self.spawn());
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let log = std::fs::read_to_string(&self.recipe.log).unwrap_or_default();
        panic!("{} does not start:\n{log}", self.recipe.program.display());
    }

    fn spawn(&self) -> Child {
        let recipe = &self.recipe;
        let log =
            OpenOptions::new().create(true).append(true).open(&recipe.log).expect("a log can be written");
        let mut command = match recipe.user {
            Some(user) => {
                // One `setpriv` after the other: changing the user forgets what is to happen at the parent's death.
                let mut command = Command::new("setpriv");
                command.args([
                    &format!("--reuid={user}"),
                    &format!("--regid={user}"),
                    "--clear-groups",
                    "--",
                ]);
                command.args(["setpriv", "--pdeathsig", "KILL", "--"]).arg(&recipe.program);
                command
            }
            None => mortal(&recipe.program),
        };
        command.args(&recipe.arguments).current_dir("/").stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a handle")).stderr(log);
        command.spawn().unwrap_or_else(|error| panic!("{}: {error}", recipe.program.display()))
    }

    /// Ends it without a warning; its children are left to find out.
    pub fn kill(&mut self) {
        self.ends_by(Signal::Kill);
    }

    /// Ends it with a signal and waits until it has.
    pub fn ends_by(&mut self, by: Signal) {
        if let Some(mut child) = self.child.take() {
            signal(&[child.id()], by);
            let _ = child.wait();
        }
    }

    /// It and all its children.
    pub fn family(&self) -> Vec<u32> {
        let parent = self.child.as_ref().map(Child::id);
        parent.into_iter().flat_map(|parent| std::iter::once(parent).chain(children(parent))).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        signal(&self.family(), Signal::Kill);
        self.kill();
    }
}

/// Sends a signal; whoever is gone already does not matter.
pub fn signal(processes: &[u32], signal: Signal) {
    if !processes.is_empty() {
        let processes = processes.iter().map(u32::to_string);
        let _ =
            Command::new("kill").args(["-s", signal.name()]).args(processes).stderr(Stdio::null()).status();
    }
}

fn children(parent: u32) -> Vec<u32> {
    let list = Path::new("/proc").join(parent.to_string()).join(format!("task/{parent}/children"));
    let list = std::fs::read_to_string(list).unwrap_or_default();
    list.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}
