//! The plots of a report: how latencies are distributed, and what happened when.

use std::fmt;

use crate::latencies::Stage;
use crate::report::Report;
use crate::report::html::axis::Axis;
use crate::report::html::plot::{Line, Plot};
use crate::scenario::amount::time_text;
use crate::watch::Sample;

const MEBIBYTE: f64 = 1_048_576.0;

/// Latency by the part of all that did not exceed it.
pub(super) fn latency(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let stages = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Whole);
    let found = stages.filter_map(|stage| Some((stage, report.total.latency.get(stage.name())?)));
    let mut lines: Vec<Line> = Vec::new();
    for (stage, latency) in found {
        // What comes in one frame takes as long as each other, and would be drawn over each other.
        match lines.iter_mut().find(|line| line.points == latency.curve) {
            Some(same) => same.name = format!("{}, {}", same.name, stage.title()),
            None => lines.push(Line { name: stage.title().to_owned(), points: latency.curve.clone() }),
        }
    }
    let points = || lines.iter().flat_map(|line| &line.points);
    let least = points().map(|point| point.1).filter(|us| *us > 0.0).fold(f64::INFINITY, f64::min);
    let most = points().map(|point| point.1).fold(0.0, f64::max);
    let furthest = points().map(|point| point.0).filter(|part| *part < 1.0).fold(0.9, f64::max);
    let least = if least.is_finite() { least } else { 1.0 };
    let plot = Plot {
        title: "Latency by percentile",
        description: String::from(
            "How long the given part of all took at most, counted from the planned moment. The last point is the longest.",
        ),
        x: Axis::nines("part of all that took no longer", furthest),
        y: Axis::times("latency", least, most),
        lines,
        marks: Vec::new(),
        words: (percentage, time_text),
    };
    write!(formatter, "{plot}")
}

/// Rates, latencies and the server's use of the machine, second by second.
pub(super) fn over_time(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let rates = vec![
        rate(report, "sockets opened", |sample| sample.connected),
        rate(report, "messages sent", |sample| sample.sent),
        rate(report, "items done", |sample| sample.items),
        rate(report, "errors", |sample| sample.errors),
    ];
    let rates = rates.into_iter().filter(|line| line.points.iter().any(|point| point.1 > 0.0)).collect();
    write!(formatter, "{}", timed(report, "Rates (a second)", ("rate", ""), rates))?;
    write!(formatter, "{}", latency_over_time(report))?;
    let memory = points(report, |_, now| Some(now.server?.rss_bytes as f64 / MEBIBYTE));
    let memory = vec![Line { name: String::from("server, resident"), points: memory }];
    write!(formatter, "{}", timed(report, "Memory of the server (MiB)", ("memory", ""), memory))?;
    let cpu = points(report, |before, now| Some(now.server_cpu(before)? * 100.0));
    let cpu = vec![Line { name: String::from("server"), points: cpu }];
    write!(formatter, "{}", timed(report, "CPU of the server (% of a core)", ("CPU", " %"), cpu))
}

fn latency_over_time(report: &Report) -> Plot {
    let line = |name: &str, of: fn(&Sample) -> Option<f64>| Line {
        name: name.to_owned(),
        points: points(report, move |_, now| of(now)),
    };
    let lines = vec![line("p50", |sample| sample.p50_us), line("p99", |sample| sample.p99_us)];
    let values = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let least = values().fold(f64::INFINITY, f64::min);
    let y = Axis::times("latency", if least.is_finite() { least } else { 1.0 }, values().fold(0.0, f64::max));
    Plot {
        y,
        words: (seconds, time_text),
        ..timed(report, "Latency of items, second by second", ("", ""), lines)
    }
}

fn timed(
    report: &Report,
    title: &'static str,
    (label, unit): (&'static str, &str),
    lines: Vec<Line>,
) -> Plot {
    let most = lines.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.0, f64::max);
    let end = report.series.last().map_or(1.0, |sample| sample.at);
    Plot {
        title,
        description: format!("{title}, over {end:.0} seconds."),
        x: Axis::elapsed("seconds since the run began", end),
        y: Axis::linear(label, most, unit),
        lines,
        marks: marks(report),
        words: (seconds, plain),
    }
}

/// Where each phase begins.
fn marks(report: &Report) -> Vec<(f64, String)> {
    let begins = |(index, name): (usize, &String)| {
        let first = report.series.iter().position(|sample| sample.phase == Some(index))?;
        // It began since the look before.
        Some((report.series.get(first.saturating_sub(1))?.at, name.clone()))
    };
    report.phases.iter().map(|phase| &phase.name).enumerate().filter_map(begins).collect()
}

fn rate(report: &Report, name: &str, count: fn(&Sample) -> u64) -> Line {
    Line { name: name.to_owned(), points: points(report, |before, now| Some(now.rate(before, count))) }
}

/// A value for each second from the looks before and after it.
fn points(report: &Report, of: impl Fn(&Sample, &Sample) -> Option<f64>) -> Vec<(f64, f64)> {
    let pairs = report.series.iter().zip(report.series.iter().skip(1));
    pairs.filter_map(|(before, now)| Some((now.at, of(before, now)?))).collect()
}

fn percentage(part: f64) -> String {
    if part >= 1.0 { String::from("longest") } else { format!("{} %", plain((part * 1e7).round() / 1e5)) }
}

fn seconds(at: f64) -> String {
    format!("{at:.0} s")
}

fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
