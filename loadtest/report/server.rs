//! What a run, or a part of it, cost the server.

use std::time::Duration;

use serde::Serialize;

use crate::phase::{Phase, ServerUse};
use crate::report::slope::slope;
use crate::report::{count, ratio};
use crate::watch::{Sample, ServerSample};

const SECONDS_PER_MINUTE: f64 = 60.0;

/// What it cost the server.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ServerReport {
    /// User and system time, in microseconds.
    pub(crate) cpu_us: f64,
    /// The same for each item; absent when there was none.
    pub(crate) cpu_us_per_item: Option<f64>,
    /// The same as a part of one core.
    pub(crate) cpu: f64,
    /// Memory at the end.
    pub(crate) pss_bytes: u64,
    pub(crate) rss_bytes: u64,
    /// The most that was resident at any look.
    pub(crate) rss_bytes_max: u64,
    /// What the memory has grown by, for each open socket.
    pub(crate) pss_bytes_per_socket: Option<f64>,
    /// How memory grows; absent when there was no time to tell.
    pub(crate) rss_growth_bytes_per_minute: Option<f64>,
    /// How the number of open files grows.
    pub(crate) files_growth_per_minute: Option<f64>,
}

impl ServerReport {
    /// Adds up the phases in which the server could be read; none when there is no such phase.
    pub(super) fn new(phases: &[&Phase], (items, sockets): (u64, u64), before: Option<u64>) -> Option<Self> {
        let known: Vec<(&Phase, ServerUse)> =
            phases.iter().filter_map(|phase| Some((*phase, phase.server?))).collect();
        let (_, last) = known.last()?;
        let cpu: Duration = known.iter().map(|(_, server)| server.cpu).sum();
        let wall: Duration = known.iter().map(|(phase, _)| phase.wall).sum();
        let cpu_us = cpu.as_secs_f64() * 1e6;
        let memory = last.memory_after;
        Some(Self {
            cpu_us,
            cpu_us_per_item: (items > 0).then(|| cpu_us / count(items)),
            cpu: ratio(cpu.as_secs_f64(), wall.as_secs_f64()),
            pss_bytes: memory.pss,
            rss_bytes: memory.rss,
            rss_bytes_max: known
                .iter()
                .map(|(_, server)| server.memory_before.rss.max(server.memory_after.rss))
                .max()
                .unwrap_or(memory.rss),
            pss_bytes_per_socket: before
                .filter(|_| sockets > 0)
                .map(|before| (count(memory.pss) - count(before)) / count(sockets)),
            rss_growth_bytes_per_minute: None,
            files_growth_per_minute: None,
        })
    }

    /// Tells the most memory that some samples show.
    pub(super) fn add_peak(&mut self, samples: &[&Sample]) {
        let seen = samples.iter().filter_map(|sample| Some(sample.server.as_ref()?.rss_bytes)).max();
        self.rss_bytes_max = self.rss_bytes_max.max(seen.unwrap_or(0));
    }

    /// Tells how memory and open files grow over some samples.
    pub(super) fn add_growth(&mut self, samples: &[&Sample]) {
        let growth = |of: fn(&ServerSample) -> u64| {
            let points: Vec<_> = samples
                .iter()
                .filter_map(|sample| Some((sample.at, count(of(sample.server.as_ref()?)))))
                .collect();
            slope(&points).map(|by_second| by_second * SECONDS_PER_MINUTE)
        };
        self.rss_growth_bytes_per_minute = growth(|server| server.rss_bytes);
        self.files_growth_per_minute = growth(|server| server.open_files);
    }
}
