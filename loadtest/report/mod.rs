//! What came of a run, for people and for machines. The JSON form is what programs may rely on: its `schema` changes when
//! a field changes its meaning or goes.

mod figures;
pub(crate) mod html;
mod judgement;
mod latency;
mod series;
mod server;
mod slope;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::aggressor::Deeds;
use crate::latencies::{Stage, Stages};
use crate::phase::Phase;
use crate::play::{Measured, RunEnding};
use crate::recorder::{Part, Recorder};
pub(crate) use crate::report::judgement::Verdict;
pub(crate) use crate::report::latency::LatencyReport;
use crate::report::server::ServerReport;
use crate::scenario::{Counting, FigureOf, Kind, PhasePlan, Scenario};
use crate::watch::Sample;

/// The form of the JSON.
const SCHEMA: &str = "aihio-loadtest/1";

/// The report of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    schema: &'static str,
    pub(crate) scenario: ScenarioReport,
    /// When it was written, in seconds since 1970.
    written_at: u64,
    /// Somebody ended it before its end.
    pub(crate) ended_early: bool,
    pub(crate) sockets: SocketsReport,
    pub(crate) messages: MessagesReport,
    /// Of the phases that count, together.
    #[serde(flatten)]
    pub(crate) total: PartReport,
    pub(crate) phases: Vec<PhaseReport>,
    /// What clients got over by themselves, unseen by visitors, by code.
    pub(crate) overcome: BTreeMap<String, u64>,
    /// What was refused, closed, unsent or unanswered, by code.
    pub(crate) faults: BTreeMap<String, u64>,
    /// Breaches of the contract, by kind.
    pub(crate) violations: BTreeMap<String, u64>,
    /// What the other chatbot did that was to disturb, if there was one.
    pub(crate) aggressor: Option<Deeds>,
    /// Every threshold of the scenario, with what came of it.
    pub(crate) thresholds: Vec<Verdict>,
    /// A look at the run every second, with the rates since the look before.
    #[serde(serialize_with = "series::serialize")]
    pub(crate) series: Vec<Sample>,
}

/// Which scenario it was.
#[derive(Debug, Serialize)]
pub(crate) struct ScenarioReport {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: &'static str,
    /// What one item is.
    pub(crate) item: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct SocketsReport {
    pub(crate) asked: u64,
    pub(crate) opened: u64,
    pub(crate) failed: u64,
    /// From the first connection's moment until all had opened; 0 when the phases open them.
    pub(crate) opening_seconds: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct MessagesReport {
    pub(crate) sent: u64,
    /// Once more, after a socket was lost or for a temporary refusal.
    pub(crate) sent_again: u64,
    /// Items that were refused or whose socket was lost.
    pub(crate) dropped: u64,
    /// Pings answered.
    pub(crate) pings: u64,
}

/// Figures of a phase, or of all that count.
#[derive(Debug, Serialize)]
pub(crate) struct PartReport {
    pub(crate) seconds: f64,
    pub(crate) items_due: u64,
    pub(crate) items: u64,
    pub(crate) items_per_second: f64,
    pub(crate) errors: u64,
    /// By stage, each that took place.
    pub(crate) latency: BTreeMap<&'static str, LatencyReport>,
    /// Present when the server's process is known.
    pub(crate) server: Option<ServerReport>,
    /// CPU of this program, as a part of one core. Near 1, it is this program that is measured.
    pub(crate) generator_cpu: f64,
}

/// One phase.
#[derive(Debug, Serialize)]
pub(crate) struct PhaseReport {
    pub(crate) name: String,
    pub(crate) warm_up: bool,
    /// Arrivals a second that were planned; absent when silent or saturated.
    pub(crate) rate: Option<u32>,
    #[serde(flatten)]
    pub(crate) part: PartReport,
}

/// One part of a run with all that was measured of it.
struct Source<'a> {
    kind: Kind,
    stages: Stages,
    parts: Vec<&'a Part>,
    phases: Vec<&'a Phase>,
}

impl Report {
    /// Puts together what the phases took and what the sockets saw, and judges it.
    pub(crate) fn new(scenario: &Scenario, measured: &Measured, recorder: &Recorder) -> Self {
        let total = total(scenario, measured, recorder);
        let mut report = Self {
            schema: SCHEMA,
            scenario: ScenarioReport {
                name: scenario.name.clone(),
                description: scenario.description.clone(),
                kind: scenario.kind.name(),
                item: item(scenario.kind),
            },
            written_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            ended_early: measured.ending == RunEnding::Early,
            sockets: SocketsReport {
                asked: recorder.parts().iter().map(|part| part.sockets_due).sum(),
                opened: recorder.connected,
                failed: recorder.not_connected,
                opening_seconds: match scenario.kind {
                    Kind::Connect => 0.0,
                    _ => measured.opening.wall.as_secs_f64(),
                },
            },
            messages: MessagesReport {
                sent: recorder.sent,
                sent_again: recorder.sent_again,
                dropped: recorder.dropped,
                pings: recorder.pings,
            },
            total,
            phases: phases(scenario, measured, recorder),
            overcome: named(&recorder.overcome),
            faults: named(&recorder.faults),
            violations: named(&recorder.violations),
            aggressor: measured.deeds.clone(),
            thresholds: Vec::new(),
            series: measured.samples.clone(),
        };
        report.total.errors = recorder.fault_count();
        report.thresholds = judgement::judge(&scenario.thresholds, &report);
        report
    }

    /// The server broke the contract.
    pub(crate) fn has_violations(&self) -> bool {
        !self.violations.is_empty()
    }

    /// Something was refused, closed or left undone, and no threshold says how much of it is allowed.
    pub(crate) fn has_faults(&self) -> bool {
        let judged = |verdict: &Verdict| verdict.expression.figure.of == FigureOf::Errors;
        !self.faults.is_empty() && !self.thresholds.iter().any(judged)
    }

    /// A threshold was not kept, or can't be judged.
    pub(crate) fn misses_thresholds(&self) -> bool {
        self.thresholds.iter().any(|verdict| !verdict.kept)
    }
}

/// What one item of a kind is.
fn item(kind: Kind) -> &'static str {
    match kind {
        Kind::Connect | Kind::Idle => "socket",
        Kind::Chat | Kind::Reconnect | Kind::Mixed | Kind::Soak => "turn",
        Kind::Fanout => "delivery",
        Kind::Raw => "text",
    }
}

/// The stage whose end completes an item.
pub(crate) fn last_stage(kind: Kind) -> Stage {
    match kind {
        Kind::Connect | Kind::Idle => Stage::Connect,
        Kind::Chat | Kind::Reconnect | Kind::Mixed | Kind::Soak | Kind::Raw => Stage::Answered,
        Kind::Fanout => Stage::Delivered,
    }
}

fn phases(scenario: &Scenario, measured: &Measured, recorder: &Recorder) -> Vec<PhaseReport> {
    let parts = recorder.phases().iter();
    let all = scenario.phases.iter().zip(parts).zip(&measured.phases);
    let sockets = recorder.connected - recorder.connected_before();
    let report = |(index, ((plan, part), phase)): (usize, ((&PhasePlan, &Part), &Phase))| {
        let source = Source {
            kind: scenario.kind,
            stages: part.stages.clone(),
            parts: vec![part],
            phases: vec![phase],
        };
        let mut report = source.report(sockets, phase.server.map(|server| server.memory_before.pss));
        report.errors = part.faults;
        if let Some(server) = &mut report.server {
            let samples = measured.samples.iter().filter(|sample| sample.phase == Some(index));
            server.add_peak(&samples.collect::<Vec<_>>());
        }
        PhaseReport {
            name: plan.name.clone(),
            warm_up: plan.counting == Counting::WarmUp,
            rate: phase.rate.map(NonZeroU32::get),
            part: report,
        }
    };
    all.enumerate().map(report).collect()
}

/// All that counts together: the opening's sockets, and the phases that are no warm-up.
fn total(scenario: &Scenario, measured: &Measured, recorder: &Recorder) -> PartReport {
    let counts = |plan: &PhasePlan| plan.counting == Counting::Measured;
    let all = scenario.phases.iter().zip(recorder.phases()).zip(&measured.phases);
    let counted: Vec<_> =
        all.filter(|((plan, _), _)| counts(plan)).map(|((_, part), phase)| (part, phase)).collect();
    let mut parts: Vec<&Part> = counted.iter().map(|(part, _)| *part).collect();
    parts.extend(recorder.opening());
    let mut stages = Stages::default();
    parts.iter().for_each(|part| stages.add(&part.stages));
    let mut phases: Vec<&Phase> = counted.iter().map(|(_, phase)| *phase).collect();
    if scenario.kind == Kind::Idle {
        // What an idle socket costs is what its opening cost.
        phases.insert(0, &measured.opening);
    }
    let sockets = recorder.connected - recorder.connected_before();
    let before = measured.opening.server.map(|server| server.memory_before.pss);
    let mut report = Source { kind: scenario.kind, stages, parts, phases }.report(sockets, before);
    if let Some(server) = &mut report.server {
        let in_measured =
            |sample: &&Sample| sample.phase.and_then(|phase| scenario.phases.get(phase)).is_some_and(counts);
        let samples: Vec<&Sample> = measured.samples.iter().filter(in_measured).collect();
        server.add_peak(&samples);
        server.add_growth(&samples);
    }
    report
}

impl Source<'_> {
    fn report(&self, sockets: u64, memory_before: Option<u64>) -> PartReport {
        let wall: Duration = self.phases.iter().map(|phase| phase.wall).sum();
        let own: Duration = self.phases.iter().map(|phase| phase.own_cpu).sum();
        let items = self.stages.count(last_stage(self.kind));
        let due = match self.kind {
            Kind::Connect | Kind::Idle => self.parts.iter().map(|part| part.sockets_due).sum(),
            _ => self.parts.iter().map(|part| part.items_due).sum(),
        };
        let latency = |stage: Stage| Some((stage.name(), LatencyReport::new(self.stages.of(stage)?)));
        PartReport {
            seconds: wall.as_secs_f64(),
            items_due: due,
            items,
            items_per_second: ratio(count(items), wall.as_secs_f64()),
            errors: 0,
            latency: Stage::ALL.into_iter().filter_map(latency).collect(),
            server: ServerReport::new(&self.phases, (items, sockets), memory_before),
            generator_cpu: ratio(own.as_secs_f64(), wall.as_secs_f64()),
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

/// 0 when there is nothing to divide by.
fn ratio(amount: f64, by: f64) -> f64 {
    if by > 0.0 { amount / by } else { 0.0 }
}
