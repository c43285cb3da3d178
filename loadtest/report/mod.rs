//! What came of a run, for people and for machines.

mod table;

use std::collections::BTreeMap;
use std::io::{self, Write, stdout};
use std::num::NonZeroU32;
use std::time::Duration;

use serde::Serialize;

use crate::phase::{Phase, ServerUse};
use crate::recorder::{Latencies, Recorder};

/// Which scenario it was, and in which way it was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Connect,
    Idle,
    Chat,
    ChatSaturated,
    Echo,
    EchoSaturated,
}

/// What a scenario hands over when it is done.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) mode: Mode,
    /// Sockets asked for.
    pub(crate) sockets: NonZeroU32,
    /// The opening of the sockets.
    pub(crate) connect: Phase,
    /// What came after it: the load, or the silence.
    pub(crate) load: Option<Phase>,
}

/// The report. Its JSON form is what scripts may rely on.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    mode: Mode,
    sockets: Sockets,
    /// From the first connection's moment until all had opened.
    connect_seconds: f64,
    /// The load with its drain, or the silence.
    load_seconds: f64,
    messages: Messages,
    /// Whole turns a second, over `load_seconds`.
    turns_per_second: f64,
    /// Pings answered.
    pings: u64,
    latency: Stages,
    /// Present when the server's process is known.
    server: Option<Server>,
    /// CPU of this program during the load, in percent of one core.
    generator_cpu_percent: f64,
    /// Lost sockets and temporary refusals that no visitor saw anything of.
    overcome: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    violations: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize)]
struct Sockets {
    asked: u32,
    opened: u64,
    failed: u64,
}

#[derive(Debug, Serialize)]
struct Messages {
    sent: u64,
    /// Once more, after a socket was lost or for a temporary refusal.
    sent_again: u64,
    settled: u64,
    dropped: u64,
}

/// Latencies of every stage, each counted from the moment the schedule named.
#[derive(Debug, Serialize)]
struct Stages {
    connect: Latency,
    send_lag: Latency,
    acknowledged: Latency,
    first_piece: Latency,
    answered: Latency,
    /// From the loss of a socket until its session was there again.
    returned: Latency,
}

/// One stage's latencies, in microseconds.
#[derive(Debug, Serialize)]
struct Latency {
    count: u64,
    mean_us: f64,
    p50_us: f64,
    p90_us: f64,
    p99_us: f64,
    p999_us: f64,
    max_us: f64,
}

/// What the run cost the server.
#[derive(Debug, Serialize)]
struct Server {
    /// CPU for each socket that opened, in microseconds.
    cpu_us_per_connect: f64,
    /// CPU for each turn, in microseconds.
    cpu_us_per_turn: Option<f64>,
    /// CPU during the load, in percent of one core.
    cpu_percent: Option<f64>,
    /// Memory for each open socket, at the end of the last phase.
    pss_bytes_per_socket: f64,
    rss_bytes_per_socket: f64,
    /// Memory at the end of the last phase.
    pss_bytes: u64,
    rss_bytes: u64,
}

impl Report {
    /// Puts together what the phases took and what the sockets saw.
    pub(crate) fn new(measured: &Measured, recorder: &Recorder) -> Self {
        let load = measured.load.as_ref();
        let load_time = load.map_or(Duration::ZERO, |phase| phase.wall);
        let last = load.unwrap_or(&measured.connect);
        Self {
            mode: measured.mode,
            sockets: Sockets {
                asked: measured.sockets.get(),
                opened: recorder.connected,
                failed: recorder.not_connected,
            },
            connect_seconds: measured.connect.wall.as_secs_f64(),
            load_seconds: load_time.as_secs_f64(),
            messages: Messages {
                sent: recorder.sent,
                sent_again: recorder.sent_again,
                settled: recorder.settled,
                dropped: recorder.dropped,
            },
            turns_per_second: ratio(count(recorder.settled), load_time.as_secs_f64()),
            pings: recorder.pings,
            latency: Stages::new(recorder),
            server: measured.connect.server.map(|connect| Server::new(&connect, load, recorder)),
            generator_cpu_percent: percent(last.own_cpu, last.wall),
            overcome: named(&recorder.overcome),
            faults: named(&recorder.faults),
            violations: named(&recorder.violations),
        }
    }

    /// The server broke the contract.
    pub(crate) fn has_violations(&self) -> bool {
        !self.violations.is_empty()
    }

    /// Something was refused, closed or left undone.
    pub(crate) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Writes it to standard output.
    ///
    /// # Errors
    /// When standard output can't be written.
    pub(crate) fn print(&self, format: Format) -> io::Result<()> {
        let mut output = stdout().lock();
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut output, self)?;
                writeln!(output)
            }
            Format::Table => write!(output, "{self}"),
        }
    }
}

/// For whom a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// People.
    Table,
    /// Machines.
    Json,
}

impl Stages {
    fn new(recorder: &Recorder) -> Self {
        Self {
            connect: Latency::new(&recorder.connect),
            send_lag: Latency::new(&recorder.send_lag),
            acknowledged: Latency::new(&recorder.acknowledged),
            first_piece: Latency::new(&recorder.first_piece),
            answered: Latency::new(&recorder.answered),
            returned: Latency::new(&recorder.returned),
        }
    }
}

impl Latency {
    fn new(latencies: &Latencies) -> Self {
        Self {
            count: latencies.count(),
            mean_us: latencies.mean_us(),
            p50_us: latencies.quantile_us(0.5),
            p90_us: latencies.quantile_us(0.9),
            p99_us: latencies.quantile_us(0.99),
            p999_us: latencies.quantile_us(0.999),
            max_us: latencies.max_us(),
        }
    }
}

impl Server {
    fn new(connect: &ServerUse, load: Option<&Phase>, recorder: &Recorder) -> Self {
        let loaded = load.and_then(|phase| Some((phase, phase.server?)));
        let after = loaded.map_or(connect.memory_after, |(_, server)| server.memory_after);
        let before = connect.memory_before;
        let microseconds = |cpu: Duration, items: u64| ratio(cpu.as_secs_f64() * 1e6, count(items));
        let per_socket = |after: u64, before: u64| ratio(growth(after, before), count(recorder.connected));
        Self {
            cpu_us_per_connect: microseconds(connect.cpu, recorder.connected),
            cpu_us_per_turn: loaded
                .filter(|_| recorder.settled > 0)
                .map(|(_, server)| microseconds(server.cpu, recorder.settled)),
            cpu_percent: loaded.map(|(phase, server)| percent(server.cpu, phase.wall)),
            pss_bytes_per_socket: per_socket(after.pss, before.pss),
            rss_bytes_per_socket: per_socket(after.rss, before.rss),
            pss_bytes: after.pss,
            rss_bytes: after.rss,
        }
    }
}

fn named<K: ToString>(counts: &BTreeMap<K, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(kind, count)| (kind.to_string(), *count)).collect()
}

/// A count as a number to divide: exact up to 2⁵³, which no run reaches.
fn count(count: u64) -> f64 {
    count as f64
}

/// How much memory has grown; below zero when it has shrunk.
fn growth(after: u64, before: u64) -> f64 {
    count(after) - count(before)
}

/// 0 when there is nothing to divide by.
fn ratio(amount: f64, by: f64) -> f64 {
    if by > 0.0 { amount / by } else { 0.0 }
}

fn percent(part: Duration, whole: Duration) -> f64 {
    ratio(part.as_secs_f64(), whole.as_secs_f64()) * 100.0
}

#[cfg(test)]
mod tests;
