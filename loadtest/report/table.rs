//! The report as lines of text.

use std::collections::BTreeMap;
use std::fmt;

use crate::aggressor::Deeds;
use crate::latencies::Stage;
use crate::report::server::ServerReport;
use crate::report::{LatencyReport, PartReport, Report, ScenarioReport};
use crate::scenario::Kind;
use crate::scenario::amount::{size_text, time_text};

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(formatter)?;
        self.total.write_latencies(formatter)?;
        if self.phases.len() > 1 {
            self.write_phases(formatter)?;
        }
        if let Some(server) = &self.total.server {
            server.write(formatter, &self.scenario)?;
        }
        writeln!(formatter, "generator    CPU {:.0} % of a core", self.total.generator_cpu * 100.0)?;
        if let Some(deeds) = &self.aggressor {
            let Deeds { uploads, uploads_read, turns, refused } = deeds;
            writeln!(
                formatter,
                "aggressor    {uploads} texts given, {uploads_read} read; {turns} turns, {refused} refused"
            )?;
        }
        if !self.overcome.is_empty() {
            write_counts(formatter, "overcome", &self.overcome)?;
        }
        write_counts(formatter, "errors", &self.faults)?;
        write_counts(formatter, "violations", &self.violations)?;
        self.write_thresholds(formatter)
    }
}

impl Report {
    fn write_head(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sockets, messages, total) = (&self.sockets, &self.messages, &self.total);
        let early = if self.ended_early { ", ended early" } else { "" };
        writeln!(formatter, "{} ({}){early}", self.scenario.name, self.scenario.kind)?;
        write!(formatter, "sockets      {} of {} open", sockets.opened, sockets.asked)?;
        if sockets.opening_seconds > 0.0 {
            write!(formatter, " after {:.2} s", sockets.opening_seconds)?;
        }
        writeln!(formatter)?;
        let (items, due, rate) = (total.items, total.items_due, total.items_per_second);
        let item = self.scenario.item;
        writeln!(
            formatter,
            "items        {items} of {due}, each a {item}, in {:.2} s ({rate:.1}/s)",
            total.seconds
        )?;
        if messages.sent > 0 {
            write!(formatter, "messages     {} sent", messages.sent)?;
            writeln!(formatter, ", {} sent again, {} dropped", messages.sent_again, messages.dropped)?;
        }
        if messages.pings > 0 {
            writeln!(formatter, "pings        {} answered", messages.pings)?;
        }
        Ok(())
    }

    fn write_phases(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for phase in &self.phases {
            let name = &phase.name;
            let warm_up = if phase.warm_up { " (warm-up, not counted)" } else { "" };
            let (items, rate, errors) = (phase.part.items, phase.part.items_per_second, phase.part.errors);
            write!(formatter, "phase        {name}{warm_up}: {items} items ({rate:.1}/s)")?;
            let last = Stage::ALL.iter().rev().find_map(|stage| {
                let answer = matches!(stage, Stage::Answered | Stage::Delivered | Stage::Connect);
                phase.part.latency.get(stage.name()).filter(|_| answer).map(|found| (stage.title(), found))
            });
            if let Some((title, latency)) = last {
                let (p50, p99) = (time_text(latency.p50_us), time_text(latency.p99_us));
                write!(formatter, ", {title} p50 {p50}, p99 {p99}")?;
            }
            if let Some(cpu) = phase.part.server.as_ref().and_then(|server| server.cpu_us_per_item) {
                write!(formatter, ", server CPU {} each", time_text(cpu))?;
            }
            writeln!(formatter, ", {errors} errors")?;
        }
        Ok(())
    }

    fn write_thresholds(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for verdict in &self.thresholds {
            let word = if verdict.kept { "kept" } else { "MISSED" };
            let (figure, wanted, found) = (&verdict.expression, &verdict.wanted, verdict.found());
            writeln!(formatter, "{word:<13}{figure}: {found} ({wanted})")?;
        }
        Ok(())
    }
}

impl PartReport {
    fn write_latencies(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["mean", "p50", "p90", "p99", "p99.9", "max"];
        write!(formatter, "\n{:<12}{:>10}", "ms", "count")?;
        columns.iter().try_for_each(|column| write!(formatter, "{column:>10}"))?;
        writeln!(formatter)?;
        for stage in Stage::ALL {
            if let Some(latency) = self.latency.get(stage.name()) {
                latency.write(formatter, stage.title())?;
            }
        }
        writeln!(formatter)
    }
}

impl LatencyReport {
    fn write(&self, formatter: &mut fmt::Formatter<'_>, stage: &str) -> fmt::Result {
        write!(formatter, "{stage:<12}{:>10}", self.count)?;
        for us in [self.mean_us, self.p50_us, self.p90_us, self.p99_us, self.p999_us, self.max_us] {
            write!(formatter, "{:>10.3}", us / 1_000.0)?;
        }
        writeln!(formatter)
    }
}

impl ServerReport {
    fn write(&self, formatter: &mut fmt::Formatter<'_>, scenario: &ScenarioReport) -> fmt::Result {
        let item = scenario.item;
        write!(formatter, "server       CPU {:.0} % of a core", self.cpu * 100.0)?;
        if let Some(cpu) = self.cpu_us_per_item {
            write!(formatter, ", {} a {item}", time_text(cpu))?;
        }
        let bytes = |bytes: u64| size_text(bytes as f64);
        write!(
            formatter,
            "\n             memory PSS {}, RSS {}",
            bytes(self.pss_bytes),
            bytes(self.rss_bytes)
        )?;
        // Beside a load, what sockets cost drowns in what the load leaves behind.
        let silent = scenario.kind == Kind::Idle.name();
        if let Some(socket) = self.pss_bytes_per_socket.filter(|_| silent) {
            write!(formatter, "; PSS {} a socket", size_text(socket))?;
        }
        if let (Some(memory), Some(files)) = (self.rss_growth_bytes_per_minute, self.files_growth_per_minute)
        {
            write!(
                formatter,
                "\n             growth a minute: RSS {}, {files:.1} open files",
                size_text(memory)
            )?;
        }
        writeln!(formatter)
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
