//! What one phase of a run took: time, the server's CPU and memory, and this program's own CPU.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use crate::process::{Memory, Process, ReadingError};

/// A phase that is going on.
#[derive(Debug)]
pub(crate) struct Running {
    server: Option<Process>,
    started: Instant,
    before: Reading,
}

/// A phase that is over.
#[derive(Debug)]
pub(crate) struct Phase {
    /// How long it took.
    pub(crate) wall: Duration,
    /// CPU time of this program. Near `wall`, it is this program that is measured.
    pub(crate) own_cpu: Duration,
    /// What the server used, if its process is known.
    pub(crate) server: Option<ServerUse>,
    /// Arrivals a second that were planned; absent when silent or saturated.
    pub(crate) rate: Option<NonZeroU32>,
}

/// What a phase cost the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerUse {
    /// User and system time.
    pub(crate) cpu: Duration,
    /// Memory when the phase began.
    pub(crate) memory_before: Memory,
    /// Memory when it was over.
    pub(crate) memory_after: Memory,
}

#[derive(Debug)]
struct Reading {
    own_cpu: Duration,
    server: Option<(Duration, Memory)>,
}

impl Reading {
    fn take(server: Option<Process>) -> Result<Self, ReadingError> {
        let of_server = |server: Process| Ok::<_, ReadingError>((server.cpu_time()?, server.memory()?));
        Ok(Self { own_cpu: Process::Own.cpu_time()?, server: server.map(of_server).transpose()? })
    }
}

impl Running {
    /// Begins a phase; `server` is the process whose use is wanted.
    ///
    /// # Errors
    /// When a process can't be read.
    pub(crate) fn begin(server: Option<NonZeroU32>) -> Result<Self, ReadingError> {
        let server = server.map(Process::Server);
        Ok(Self { server, before: Reading::take(server)?, started: Instant::now() })
    }

    /// Ends it. Of a server that can't be read any more nothing is told; it may have died, and its sockets with it.
    ///
    /// # Errors
    /// When this program can't be read.
    pub(crate) fn end(self) -> Result<Phase, ReadingError> {
        let wall = self.started.elapsed();
        let after = Reading::take(self.server).or_else(|_| Reading::take(None))?;
        let server = self.before.server.zip(after.server).map(|(before, after)| ServerUse {
            cpu: after.0.saturating_sub(before.0),
            memory_before: before.1,
            memory_after: after.1,
        });
        let own_cpu = after.own_cpu.saturating_sub(self.before.own_cpu);
        Ok(Phase { wall, own_cpu, server, rate: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_reads_the_server_only_if_it_is_known() {
        let unknown = Running::begin(None).unwrap().end().unwrap();
        assert!(unknown.server.is_none());
        let own = NonZeroU32::new(std::process::id());
        let known = Running::begin(own).unwrap().end().unwrap();
        assert!(known.server.is_some_and(|server| server.memory_after.rss > 0));
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error() {
        assert!(Running::begin(NonZeroU32::new(u32::MAX)).is_err());
    }
}
