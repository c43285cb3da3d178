//! A look at a run at one moment.

use std::time::Instant;

use serde::Serialize;

use crate::process::Process;
use crate::recorder::Recorder;

/// Counts so far, and what happened since the look before.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Sample {
    /// Seconds since the run began.
    pub(crate) at: f64,
    /// The phase, from 0; none while the sockets gather.
    pub(crate) phase: Option<usize>,
    /// Sockets that have opened so far.
    pub(crate) connected: u64,
    /// Messages sent so far.
    pub(crate) sent: u64,
    /// Items completed so far.
    pub(crate) items: u64,
    /// Items under way now.
    pub(crate) in_flight: u64,
    /// Faults so far.
    pub(crate) errors: u64,
    /// Breaches of the contract so far.
    pub(crate) violations: u64,
    /// Of the answers or deliveries since the look before, in microseconds.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    /// When the server's process is known.
    pub(crate) server: Option<ServerSample>,
}

/// A server's process at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct ServerSample {
    /// User and system time so far, in seconds.
    pub(crate) cpu_s: f64,
    pub(crate) rss_bytes: u64,
    pub(crate) open_files: u64,
}

impl Sample {
    /// Looks at a run, and forgets what was recent.
    pub(crate) fn take(recorder: &mut Recorder, began: Instant, server: Option<Process>) -> Self {
        let recent = (recorder.recent.count() > 0).then_some(&recorder.recent);
        let sample = Self {
            at: began.elapsed().as_secs_f64(),
            phase: recorder.phases().len().checked_sub(1),
            connected: recorder.connected,
            sent: recorder.sent,
            items: recorder.settled,
            in_flight: recorder.in_flight(),
            errors: recorder.fault_count(),
            violations: recorder.violation_count(),
            p50_us: recent.map(|recent| recent.quantile_us(0.5)),
            p99_us: recent.map(|recent| recent.quantile_us(0.99)),
            server: server.and_then(ServerSample::take),
        };
        recorder.recent.clear();
        sample
    }

    /// Growth of a count since the look before, a second.
    pub(crate) fn rate(&self, before: &Self, count: impl Fn(&Self) -> u64) -> f64 {
        let seconds = self.at - before.at;
        let growth = count(self).saturating_sub(count(before)) as f64;
        if seconds > 0.0 { growth / seconds } else { 0.0 }
    }

    /// The server's CPU time since the look before, as a part of one core.
    pub(crate) fn server_cpu(&self, before: &Self) -> Option<f64> {
        let (now, then) = (self.server?, before.server?);
        let seconds = self.at - before.at;
        (seconds > 0.0).then(|| (now.cpu_s - then.cpu_s) / seconds)
    }
}

impl ServerSample {
    /// None when the process can't be read: it may be gone.
    fn take(server: Process) -> Option<Self> {
        Some(Self {
            cpu_s: server.cpu_time().ok()?.as_secs_f64(),
            rss_bytes: server.resident().ok()?,
            open_files: server.open_files().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_growth_by_time() {
        let server = |cpu_s| Some(ServerSample { cpu_s, rss_bytes: 0, open_files: 0 });
        let before = Sample { at: 1.0, sent: 100, server: server(1.0), ..Sample::default() };
        let now = Sample { at: 3.0, sent: 300, server: server(2.0), ..Sample::default() };
        assert_eq!((now.rate(&before, |sample| sample.sent), now.server_cpu(&before)), (100.0, Some(0.5)));
        assert_eq!((now.rate(&now, |sample| sample.sent), now.server_cpu(&now)), (0.0, None));
    }

    #[test]
    fn a_process_that_is_gone_is_no_sample() {
        let mut recorder = Recorder::new().unwrap();
        let gone = std::num::NonZeroU32::new(u32::MAX).map(Process::Server);
        let sample = Sample::take(&mut recorder, Instant::now(), gone);
        assert_eq!((sample.server, sample.phase), (None, None));
        let own = Sample::take(&mut recorder, Instant::now(), Some(Process::Own));
        assert!(own.server.is_some_and(|server| server.rss_bytes > 0 && server.open_files >= 3));
    }
}
