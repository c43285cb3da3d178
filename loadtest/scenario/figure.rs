//! The names of figures: what thresholds may judge, and what reports show.

use std::fmt;

use crate::latencies::Stage;
use crate::scenario::ScenarioError;

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Microseconds.
    Time,
    /// Bytes.
    Size,
    /// Things.
    Count,
    /// Things a second.
    Rate,
    /// A part of a whole, or one figure by another.
    Ratio,
}

/// One figure of a run or of one phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    /// The phase; the whole run when absent.
    pub(crate) phase: Option<String>,
    pub(crate) of: FigureOf,
}

/// What a figure tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FigureOf {
    /// A stage's latencies.
    Latency(Stage, Statistic),
    /// Everything refused, closed, unsent or unanswered that a visitor would have noticed.
    Errors,
    /// Breaches of the contract.
    Violations,
    /// Setbacks that clients got over by themselves.
    Overcome,
    /// Items that were completed.
    Items,
    /// Items completed a second.
    ItemsPerSecond,
    /// Items completed, as a part of those that were due.
    Completed,
    /// The server's CPU time by item.
    ServerCpuPerItem,
    /// The server's CPU time as a part of one core.
    ServerCpu,
    /// The server's memory (PSS) by open socket, above what it had before.
    MemoryPerSocket,
    /// The most memory (RSS) that the server had.
    Memory,
    /// How the server's memory grows in a minute: the slope over the phases that count.
    MemoryGrowth,
    /// How the server's open files grow in a minute.
    FilesGrowth,
}

/// A number that stands for many latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistic {
    Mean,
    P50,
    P90,
    P99,
    P999,
    Max,
    Count,
}

impl Statistic {
    pub(crate) const NAMES: [(&'static str, Self); 7] = [
        ("mean", Self::Mean),
        ("p50", Self::P50),
        ("p90", Self::P90),
        ("p99", Self::P99),
        ("p999", Self::P999),
        ("max", Self::Max),
        ("count", Self::Count),
    ];
}

const OTHERS: [(&str, FigureOf); 12] = [
    ("errors", FigureOf::Errors),
    ("violations", FigureOf::Violations),
    ("overcome", FigureOf::Overcome),
    ("items", FigureOf::Items),
    ("items_per_second", FigureOf::ItemsPerSecond),
    ("completed", FigureOf::Completed),
    ("server_cpu_per_item", FigureOf::ServerCpuPerItem),
    ("server_cpu", FigureOf::ServerCpu),
    ("memory", FigureOf::Memory),
    ("memory_per_socket", FigureOf::MemoryPerSocket),
    ("memory_growth", FigureOf::MemoryGrowth),
    ("files_growth", FigureOf::FilesGrowth),
];

impl FigureOf {
    /// Every figure that there is, with its name.
    pub(crate) fn all() -> impl Iterator<Item = (String, Self)> {
        let latencies = Stage::ALL.into_iter().flat_map(|stage| {
            let named = move |(name, statistic): (&str, Statistic)| {
                (format!("{}.{name}", stage.name()), Self::Latency(stage, statistic))
            };
            Statistic::NAMES.into_iter().map(named)
        });
        latencies.chain(OTHERS.into_iter().map(|(name, figure)| (name.to_owned(), figure)))
    }

    /// What it is counted in.
    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Latency(_, Statistic::Count) => Unit::Count,
            Self::Latency(..) | Self::ServerCpuPerItem => Unit::Time,
            Self::Errors | Self::Violations | Self::Overcome | Self::Items | Self::FilesGrowth => Unit::Count,
            Self::ItemsPerSecond => Unit::Rate,
            Self::Completed | Self::ServerCpu => Unit::Ratio,
            Self::Memory | Self::MemoryPerSocket | Self::MemoryGrowth => Unit::Size,
        }
    }
}

impl Figure {
    /// Reads `ack.p99`, or `PHASE:ack.p99`.
    ///
    /// # Errors
    /// When there is no such figure; phases are not looked up here.
    fn read(text: &str, place: &str) -> Result<Self, ScenarioError> {
        let (phase, name) = match text.split_once(':') {
            Some((phase, name)) => (Some(phase.trim().to_owned()), name.trim()),
            None => (None, text.trim()),
        };
        let all: Vec<_> = FigureOf::all().collect();
        match all.iter().find(|(known, _)| known == name) {
            Some((_, of)) => Ok(Self { phase, of: *of }),
            None => Err(ScenarioError::unknown(place, name, all.iter().map(|(known, _)| known.as_str()))),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(phase) = &self.phase {
            write!(formatter, "{phase}:")?;
        }
        let found = FigureOf::all().find(|(_, of)| *of == self.of);
        formatter.write_str(&found.map_or_else(String::new, |(name, _)| name))
    }
}

/// A figure, or one by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    pub(crate) figure: Figure,
    pub(crate) divisor: Option<Figure>,
}

impl Expression {
    /// Reads `ack.p99` or `answer.p99 / ack.p99`, found at `place`.
    ///
    /// # Errors
    /// When there is no such figure.
    pub(crate) fn read(text: &str, place: &str) -> Result<Self, ScenarioError> {
        let (figure, divisor) = match text.split_once('/') {
            Some((figure, divisor)) => (figure, Some(divisor)),
            None => (text, None),
        };
        let divisor = divisor.map(|divisor| Figure::read(divisor, place)).transpose()?;
        Ok(Self { figure: Figure::read(figure, place)?, divisor })
    }

    /// What its value is counted in.
    pub(crate) fn unit(&self) -> Unit {
        if self.divisor.is_some() { Unit::Ratio } else { self.figure.of.unit() }
    }

    /// The phases that it names.
    pub(crate) fn phases(&self) -> impl Iterator<Item = &str> {
        let divisor = self.divisor.as_ref().and_then(|figure| figure.phase.as_deref());
        self.figure.phase.as_deref().into_iter().chain(divisor)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.figure)?;
        self.divisor.as_ref().map_or(Ok(()), |divisor| write!(formatter, " / {divisor}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_read_by_the_name_it_shows() {
        for (name, of) in FigureOf::all() {
            let figure = Figure::read(&name, "").unwrap();
            assert_eq!((figure.of, figure.to_string()), (of, name));
        }
    }

    #[test]
    fn a_ratio_may_compare_two_phases() {
        let ratio = Expression::read("overload:ack.p99 / capacity:ack.p99", "").unwrap();
        assert_eq!(ratio.phases().collect::<Vec<_>>(), ["overload", "capacity"]);
        assert_eq!(
            (ratio.unit(), ratio.to_string()),
            (Unit::Ratio, "overload:ack.p99 / capacity:ack.p99".into())
        );
    }

    #[test]
    fn the_nearest_figure_is_offered() {
        let error = Expression::read("ack.p9", "thresholds.ack.p9").unwrap_err().to_string();
        assert!(error.starts_with("`thresholds.ack.p9` is unknown; did you mean `ack.p"), "{error}");
    }
}
