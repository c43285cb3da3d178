//! A server as a child process: its output is kept, and it is stopped with the value.

use std::io::{BufRead, BufReader, Read};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::{Child as Process, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::launch::{LaunchError, START_PATIENCE};

/// How often to look at a child.
const POLL: Duration = Duration::from_millis(20);
/// How long a server may take to stop in order.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// Lines of output that are kept: enough for a reason, and no more than that from a server that talks for hours.
const LINES_MAX: usize = 200;

/// Which program is run, where and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    pub(crate) program: PathBuf,
    /// The one core that it runs on (taskset(1)).
    pub(crate) core: Option<u32>,
    /// The user it runs as, who is another one than ours.
    pub(crate) user: Option<&'static str>,
}

impl Runs {
    /// The command that becomes the program, so that its id is that of the program. It ends when this process does, however
    /// that ends (setpriv(1)).
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("setpriv");
        if let Some(user) = self.user {
            command.args(["--reuid", user, "--regid", user, "--clear-groups"]);
        }
        command.args(["--pdeathsig", "TERM"]);
        if let Some(core) = self.core {
            command.args(["taskset", "--cpu-list", &core.to_string()]);
        }
        command.arg(&self.program);
        command
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Child {
    program: PathBuf,
    process: Process,
    said: Arc<Mutex<Vec<String>>>,
}

impl Child {
    /// Starts a program.
    ///
    /// # Errors
    /// When it can't be started.
    pub(crate) fn start(runs: &Runs, configure: impl FnOnce(&mut Command)) -> Result<Self, LaunchError> {
        let (mut command, program) = (runs.command(), runs.program.clone());
        configure(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process =
            command.spawn().map_err(|source| LaunchError::Program { program: program.clone(), source })?;
        let said = Arc::default();
        process.stdout.take().into_iter().for_each(|output| follow(output, &said));
        process.stderr.take().into_iter().for_each(|output| follow(output, &said));
        Ok(Self { program, process, said })
    }

    /// The process.
    pub(crate) fn pid(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.process.id())
    }

    /// Waits until `look` finds what it looks for, with what the server has said so far.
    ///
    /// # Errors
    /// When the server ends, or nothing is found in a minute.
    pub(crate) async fn until<T>(
        &mut self,
        mut look: impl AsyncFnMut(&str) -> Option<T>,
    ) -> Result<T, LaunchError> {
        let patience = Instant::now() + START_PATIENCE;
        loop {
            let said = self.said().join("\n");
            if let Some(found) = look(&said).await {
                return Ok(found);
            }
            let ended = !matches!(self.process.try_wait(), Ok(None));
            if ended || Instant::now() > patience {
                return Err(LaunchError::NotReady { program: self.program.clone(), said });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the server has said where it listens.
    ///
    /// # Errors
    /// When the server ends, or says nothing in a minute.
    pub(crate) async fn announced(&mut self) -> Result<String, LaunchError> {
        self.until(async |said| said.lines().find_map(loopback_address)).await
    }

    fn said(&self) -> MutexGuard<'_, Vec<String>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends_within(&mut self, patience: Duration) -> bool {
        let patience = Instant::now() + patience;
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > patience {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }
}

impl Drop for Child {
    /// Asks it to stop, and stops it if it doesn't.
    fn drop(&mut self) {
        if let (Ok(None), Ok(pid)) = (self.process.try_wait(), i32::try_from(self.process.id())) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if !self.ends_within(STOP_PATIENCE) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// Collects a stream in a thread of its own, so that the process never waits for us.
fn follow(stream: impl Read + Send + 'static, said: &Arc<Mutex<Vec<String>>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut lines = said.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() < LINES_MAX {
                lines.push(line);
            }
        }
    });
}

/// The first `127.0.0.1:<port>` in a line.
fn loopback_address(line: &str) -> Option<String> {
    let host = "127.0.0.1:";
    let rest = line.split_once(host)?.1;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        let configure = |command: &mut Command| {
            command.args(["-c", script]);
        };
        Child::start(&Runs { program: "sh".into(), core: None, user: None }, configure).unwrap()
    }

    #[tokio::test]
    async fn a_server_says_where_it_listens_and_is_stopped_with_its_value() {
        let mut child = shell("echo listening on http://127.0.0.1:4711/; exec sleep 600");
        assert_eq!(child.announced().await.unwrap(), "127.0.0.1:4711");
        let pid = child.pid().unwrap();
        assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
        drop(child);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }

    #[tokio::test]
    async fn a_server_that_ends_at_once_tells_what_it_said() {
        let error = shell("echo no such setting >&2").announced().await.unwrap_err().to_string();
        assert!(error.starts_with("sh was not ready"), "{error}");
        let runs = Runs { program: "/no/such/program".into(), core: Some(0), user: None };
        let mut absent = Child::start(&runs, |_| {}).unwrap();
        let error = absent.announced().await.unwrap_err().to_string();
        assert!(error.contains("/no/such/program was not ready"), "{error}");
    }

    #[test]
    fn port_zero_is_no_place() {
        assert_eq!(loopback_address("bound to 127.0.0.1:0"), None);
        assert_eq!(loopback_address("at 127.0.0.1:80, ready"), Some("127.0.0.1:80".into()));
    }
}
