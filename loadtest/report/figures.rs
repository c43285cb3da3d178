//! A figure's value in a report.

use crate::report::{PartReport, Report, count, ratio};
use crate::scenario::{Expression, Figure, FigureOf};

impl Report {
    /// The value of an expression: microseconds, bytes or plain numbers, as its unit says. None when it was not measured, or
    /// would be divided by nothing.
    pub(super) fn value(&self, expression: &Expression) -> Option<f64> {
        let value = self.figure(&expression.figure)?;
        match &expression.divisor {
            None => Some(value),
            Some(divisor) => {
                self.figure(divisor).filter(|divisor| *divisor > 0.0).map(|divisor| value / divisor)
            }
        }
    }

    fn figure(&self, figure: &Figure) -> Option<f64> {
        match &figure.phase {
            None => match figure.of {
                FigureOf::Violations => Some(count(self.violations.values().sum())),
                FigureOf::Overcome => Some(count(self.overcome.values().sum())),
                of => self.total.figure(of),
            },
            Some(name) => self.phases.iter().find(|phase| phase.name == *name)?.part.figure(figure.of),
        }
    }
}

impl PartReport {
    fn figure(&self, of: FigureOf) -> Option<f64> {
        let server = self.server.as_ref();
        match of {
            FigureOf::Latency(stage, statistic) => Some(self.latency.get(stage.name())?.statistic(statistic)),
            FigureOf::Errors => Some(count(self.errors)),
            FigureOf::Items => Some(count(self.items)),
            FigureOf::ItemsPerSecond => Some(self.items_per_second),
            FigureOf::Completed => {
                (self.items_due > 0).then(|| ratio(count(self.items), count(self.items_due)))
            }
            FigureOf::ServerCpuPerItem => server?.cpu_us_per_item,
            FigureOf::ServerCpu => server.map(|server| server.cpu),
            FigureOf::MemoryPerSocket => server?.pss_bytes_per_socket,
            FigureOf::Memory => server.map(|server| count(server.rss_bytes_max)),
            FigureOf::MemoryGrowth => server?.rss_growth_bytes_per_minute,
            FigureOf::FilesGrowth => server?.files_growth_per_minute,
            // Known of the whole run alone.
            FigureOf::Violations | FigureOf::Overcome => None,
        }
    }
}
