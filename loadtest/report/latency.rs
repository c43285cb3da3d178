//! One stage's latencies in a report.

use serde::Serialize;

use crate::latencies::Latencies;
use crate::scenario::Statistic;

/// The parts of all latencies at which the curve is drawn: denser where it matters.
const CURVE: [f64; 22] = [
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995, 0.999,
    0.9995, 0.9999, 0.99999, 1.0,
];

/// One stage's latencies, in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LatencyReport {
    pub(crate) count: u64,
    pub(crate) mean_us: f64,
    pub(crate) p50_us: f64,
    pub(crate) p90_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) max_us: f64,
    /// Pairs: a part of all latencies (0 to 1), and what that part did not exceed. Ends where there are too few to tell.
    pub(crate) curve: Vec<(f64, f64)>,
}

impl LatencyReport {
    /// What a histogram tells.
    pub(crate) fn new(latencies: &Latencies) -> Self {
        let of = |statistic| latencies.statistic(statistic);
        let count = latencies.count();
        // With a hundred latencies, nothing can be said of one in a thousand.
        let told = |quantile: &f64| *quantile >= 1.0 || (1.0 - quantile) * count as f64 >= 1.0;
        Self {
            count,
            mean_us: of(Statistic::Mean),
            p50_us: of(Statistic::P50),
            p90_us: of(Statistic::P90),
            p99_us: of(Statistic::P99),
            p999_us: of(Statistic::P999),
            max_us: of(Statistic::Max),
            curve: CURVE.into_iter().filter(told).map(|part| (part, latencies.quantile_us(part))).collect(),
        }
    }

    /// One number that stands for all, in microseconds or as a count.
    pub(crate) fn statistic(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Mean => self.mean_us,
            Statistic::P50 => self.p50_us,
            Statistic::P90 => self.p90_us,
            Statistic::P99 => self.p99_us,
            Statistic::P999 => self.p999_us,
            Statistic::Max => self.max_us,
            Statistic::Count => self.count as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_curve_ends_where_nothing_can_be_told_and_with_the_longest() {
        let mut latencies = Latencies::new().unwrap();
        (1..=100).for_each(|amount| latencies.record(Duration::from_millis(amount)));
        let report = LatencyReport::new(&latencies);
        let parts: Vec<f64> = report.curve.iter().map(|(part, _)| *part).collect();
        assert_eq!(parts[parts.len() - 2..], [0.99, 1.0]);
        assert!(report.curve.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert!((report.statistic(Statistic::P50) / 50_000.0 - 1.0).abs() < 0.01);
    }
}
