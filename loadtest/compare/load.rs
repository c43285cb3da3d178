//! One measurement: this program run once more, and what its report says.

use std::fmt;
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use crate::compare::measure::{Counted, Measure};
use crate::compare::{CompareError, Cores, Programs};
use crate::launch::{Folder, Runs};
use crate::scenario::amount::{size_text, time_text};

/// What one measurement came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outcome {
    /// Microseconds or bytes, as the row says.
    pub(super) value: f64,
    pub(super) counted: Counted,
    /// The 99th percentile of the items' latency, in microseconds.
    pub(super) p99_us: Option<f64>,
    /// How many things went wrong: a figure of a run in which any did is worth less.
    pub(super) wrong: u64,
    /// How much of a core the load generator took.
    pub(super) generator_cpu: f64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.counted.text(self.value))?;
        self.p99_us.map_or(Ok(()), |p99| write!(formatter, ", p99 {}", time_text(p99)))?;
        write!(formatter, ", generator {:.0} %", self.generator_cpu * 100.0)?;
        if self.wrong > 0 { write!(formatter, ", {} ERRORS", self.wrong) } else { Ok(()) }
    }
}

impl Counted {
    /// A value with its unit.
    pub(super) fn text(self, value: f64) -> String {
        match self {
            Self::Cpu => time_text(value),
            Self::Memory => size_text(value),
        }
    }
}

/// Of a report, what is compared.
#[derive(Debug, Deserialize)]
struct Report {
    items: u64,
    items_due: u64,
    errors: u64,
    violations: std::collections::BTreeMap<String, u64>,
    server: Option<Server>,
    latency: std::collections::BTreeMap<String, Latency>,
    generator_cpu: f64,
}

#[derive(Debug, Deserialize)]
struct Server {
    cpu_us_per_item: Option<f64>,
    pss_bytes_per_socket: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Latency {
    p99_us: f64,
}

/// Runs a scenario, pinned beside the server.
///
/// # Errors
/// When it did not take place, or the server was gone at its end.
pub(super) async fn run(
    programs: &Programs,
    (measure, what): (Measure, &str),
    words: Vec<String>,
    cores: Option<Cores>,
) -> Result<Outcome, CompareError> {
    let folder = Folder::make()?;
    let file = folder.path().join("report.json");
    let runs = Runs { program: programs.own.clone(), core: cores.map(|cores| cores.load), user: None };
    let mut command = Command::from(runs.command());
    command.args(words).arg("--plain").arg("--json").arg(&file);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await?;
    let unmeasured = |said: &str| CompareError::Unmeasured { what: what.to_owned(), said: said.to_owned() };
    let text = std::fs::read_to_string(&file)
        .map_err(|_| unmeasured(String::from_utf8_lossy(&output.stderr).trim_end()))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|source| CompareError::Report { what: what.to_owned(), source })?;
    report.outcome(measure.counted()).ok_or_else(|| unmeasured("the server was gone at the end"))
}

impl Report {
    fn outcome(&self, counted: Counted) -> Option<Outcome> {
        let server = self.server.as_ref()?;
        let lost = self.items_due.saturating_sub(self.items);
        let latency = |stage: &str| self.latency.get(stage).map(|latency| latency.p99_us);
        Some(Outcome {
            value: match counted {
                Counted::Cpu => server.cpu_us_per_item?,
                Counted::Memory => server.pss_bytes_per_socket?,
            },
            counted,
            p99_us: latency("delivery").or_else(|| latency("answer")).or_else(|| latency("connect")),
            wrong: self.errors + self.violations.values().sum::<u64>() + lost,
            generator_cpu: self.generator_cpu,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(counted: Counted) -> Option<Outcome> {
        let report = r#"{"items":9,"items_due":10,"errors":1,"violations":{"offset_hole":2},"generator_cpu":0.5,
            "server":{"cpu_us_per_item":8.25,"pss_bytes_per_socket":null},"latency":{"answer":{"p99_us":900.0},"connect":{"p99_us":1.0}}}"#;
        serde_json::from_str::<Report>(report).unwrap().outcome(counted)
    }

    #[test]
    fn an_outcome_tells_what_was_measured_and_what_went_wrong() {
        let outcome = outcome(Counted::Cpu).unwrap();
        assert_eq!((outcome.value, outcome.wrong, outcome.p99_us), (8.25, 4, Some(900.0)));
        assert_eq!(outcome.to_string(), "8.2 µs, p99 900.0 µs, generator 50 %, 4 ERRORS");
    }

    #[test]
    fn what_was_not_measured_is_no_outcome() {
        assert_eq!(outcome(Counted::Memory), None);
    }
}
