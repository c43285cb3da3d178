//! The report as a table.

use std::collections::BTreeMap;
use std::fmt;

use crate::report::{Latency, Mode, Report, Server};

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(formatter)?;
        self.write_latencies(formatter)?;
        if let Some(server) = &self.server {
            server.write(formatter)?;
        }
        writeln!(formatter, "generator    CPU {:.0} % of a core", self.generator_cpu_percent)?;
        if !self.overcome.is_empty() {
            write_counts(formatter, "overcome", &self.overcome)?;
        }
        write_counts(formatter, "faults", &self.faults)?;
        write_counts(formatter, "violations", &self.violations)
    }
}

impl Report {
    fn write_head(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sockets, messages) = (&self.sockets, &self.messages);
        let name = match self.mode {
            Mode::Connect => "connect",
            Mode::Idle => "idle",
            Mode::Chat => "chat, open loop",
            Mode::ChatSaturated => "chat, saturated",
            Mode::Echo => "echo, open loop",
            Mode::EchoSaturated => "echo, saturated",
        };
        writeln!(formatter, "{name}")?;
        let connect = self.connect_seconds;
        writeln!(
            formatter,
            "sockets      {} of {} open after {connect:.2} s",
            sockets.opened, sockets.asked
        )?;
        if messages.sent > 0 {
            let (seconds, rate) = (self.load_seconds, self.turns_per_second);
            let settled = messages.settled;
            write!(formatter, "messages     {} sent, {settled} settled", messages.sent)?;
            writeln!(formatter, " in {seconds:.2} s ({rate:.1}/s), {} dropped", messages.dropped)?;
        }
        if messages.sent_again > 0 {
            writeln!(formatter, "             {} sent again", messages.sent_again)?;
        }
        if self.pings > 0 {
            writeln!(formatter, "pings        {} answered", self.pings)?;
        }
        Ok(())
    }

    fn write_latencies(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = [
            ("connect", &self.latency.connect),
            ("send lag", &self.latency.send_lag),
            ("acknowledged", &self.latency.acknowledged),
            ("first piece", &self.latency.first_piece),
            ("answered", &self.latency.answered),
            ("returned", &self.latency.returned),
        ];
        let columns = ["mean", "p50", "p90", "p99", "p99.9", "max"];
        write!(formatter, "\n{:<12}{:>10}", "ms", "count")?;
        columns.iter().try_for_each(|column| write!(formatter, "{column:>10}"))?;
        writeln!(formatter)?;
        let seen = stages.iter().filter(|(_, latency)| latency.count > 0);
        for (stage, latency) in seen {
            latency.write(formatter, stage)?;
        }
        writeln!(formatter)
    }
}

impl Latency {
    fn write(&self, formatter: &mut fmt::Formatter<'_>, stage: &str) -> fmt::Result {
        write!(formatter, "{stage:<12}{:>10}", self.count)?;
        for us in [self.mean_us, self.p50_us, self.p90_us, self.p99_us, self.p999_us, self.max_us] {
            write!(formatter, "{:>10.3}", us / 1_000.0)?;
        }
        writeln!(formatter)
    }
}

impl Server {
    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kibibytes = |bytes: f64| bytes / 1_024.0;
        write!(formatter, "server       CPU {:.1} µs a connect", self.cpu_us_per_connect)?;
        if let Some(turn) = self.cpu_us_per_turn {
            write!(formatter, ", {turn:.2} µs a turn")?;
        }
        if let Some(percent) = self.cpu_percent {
            write!(formatter, ", {percent:.0} % of a core")?;
        }
        let (pss, rss) = (kibibytes(self.pss_bytes_per_socket), kibibytes(self.rss_bytes_per_socket));
        writeln!(formatter, "\n             memory a socket: PSS {pss:.1} KiB, RSS {rss:.1} KiB")
    }
}

fn write_counts(
    formatter: &mut fmt::Formatter<'_>,
    title: &str,
    counts: &BTreeMap<String, u64>,
) -> fmt::Result {
    if counts.is_empty() {
        return writeln!(formatter, "{title:<13}none");
    }
    let titles = std::iter::once(title).chain(std::iter::repeat(""));
    titles
        .zip(counts)
        .try_for_each(|(title, (kind, count))| writeln!(formatter, "{title:<13}{kind}: {count}"))
}
