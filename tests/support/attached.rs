//! Servers that end with the test process, however it ends.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a server and reads its own input: that ends when the test process drops the other end or dies, even killed.
const WATCHDOG: &str = r#"
folder="$1"; signal="$2"; shift 2
"$@" &
server=$!
read -r _
kill -s "$signal" "$server"
wait "$server"
rm -rf "$folder"
"#;

/// How a server is told to end at once. A shell starts what runs beside it deaf to some signals, so this must be one
/// that the server listens to by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Quit,
    Terminate,
}

/// A server in a folder of its own; both are gone soon after it is dropped.
#[derive(Debug)]
pub(crate) struct Attached {
    /// The loopback port it listens on.
    pub(crate) port: u16,
    watchdog: Child,
}

impl Attached {
    /// Starts a server that keeps its things in `folder`, and waits until it accepts connections.
    pub(crate) fn start(folder: &Path, port: u16, signal: Signal, program: &[&str]) -> Self {
        let log = folder.join("server.log");
        let output = File::create(&log).unwrap();
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(folder)
            .arg(match signal {
                Signal::Quit => "QUIT",
                Signal::Terminate => "TERM",
            })
            .args(program)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let attached = Self { port, watchdog };
        let accepts = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(wait_until(accepts), "{program:?} does not answer:\n{}", said());
        attached
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// A loopback port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Whether a condition comes true before anybody loses patience.
pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}
