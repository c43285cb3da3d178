//! System calls of running programs that go wrong, by way of strace.

use std::process::{Child, Command, Stdio};

use super::process::{Signal, signal};
use super::support::patience::until;
use super::support::program::{Program, mortal};
use super::support::server::Log;

/// What becomes of every call by which a program waits for its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syncs {
    /// It says that the disk failed (EIO).
    Fail,
    /// It takes 300 ms longer.
    AreSlow,
}

/// The tampering; it ends with the value.
#[derive(Debug)]
pub struct Tamper {
    strace: Child,
}

impl Tamper {
    /// Tampers with these processes, their threads, and the children that they will have. None where strace is missing,
    /// which is said.
    pub async fn with(processes: &[u32], syncs: Syncs) -> Option<Self> {
        let calls = "fsync,fdatasync,sync_file_range";
        let how = match syncs {
            Syncs::Fail => "error=EIO",
            Syncs::AreSlow => "delay_enter=300000",
        };
        let mut command: Command = mortal(&Program::Strace.find()?);
        command.args(["-f", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:{how}")]);
        processes.iter().for_each(|process| {
            command.args(["-p", &process.to_string()]);
        });
        let mut strace = command.stderr(Stdio::piped()).spawn().expect("strace can be started");
        let told = Log::default();
        told.follow(strace.stderr.take().expect("it is piped"));
        until("strace to attach", async || told.read().contains("attached").then_some(())).await;
        Some(Self { strace })
    }
}

impl Drop for Tamper {
    fn drop(&mut self) {
        // It lets its processes go before it ends.
        signal(&[self.strace.id()], Signal::Interrupt);
        let _ = self.strace.wait();
    }
}
