//! Thresholds held against a report.

use serde::{Serialize, Serializer};

use crate::report::Report;
use crate::scenario::amount::{size_text, time_text};
use crate::scenario::{Bound, Expression, Threshold, Unit};

/// What came of one threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Verdict {
    #[serde(rename = "figure", serialize_with = "as_text")]
    pub(crate) expression: Expression,
    /// In words: `at most 50.0 ms`.
    pub(crate) wanted: String,
    /// Microseconds, bytes or a plain number; absent when it was not measured.
    pub(crate) value: Option<f64>,
    pub(crate) kept: bool,
}

fn as_text<S: Serializer>(expression: &Expression, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(expression)
}

impl Verdict {
    /// The value in words.
    pub(crate) fn found(&self) -> String {
        self.value.map_or_else(|| String::from("not measured"), |value| text(value, self.expression.unit()))
    }
}

/// Judges every threshold. One whose figure was not measured is not kept: nobody knows.
pub(super) fn judge(thresholds: &[Threshold], report: &Report) -> Vec<Verdict> {
    let judge = |threshold: &Threshold| {
        let unit = threshold.expression.unit();
        let value = report.value(&threshold.expression);
        Verdict {
            expression: threshold.expression.clone(),
            wanted: match threshold.bound {
                Bound::Max(most) => format!("at most {}", text(most, unit)),
                Bound::Min(least) => format!("at least {}", text(least, unit)),
            },
            value,
            kept: value.is_some_and(|value| threshold.bound.admits(value)),
        }
    };
    thresholds.iter().map(judge).collect()
}

fn text(value: f64, unit: Unit) -> String {
    let plain = |digits: usize| {
        let text = format!("{value:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    match unit {
        Unit::Time => time_text(value),
        Unit::Size => size_text(value),
        Unit::Count => plain(1),
        Unit::Rate => format!("{}/s", plain(1)),
        Unit::Ratio => plain(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_in_their_units() {
        assert_eq!(text(50_000.0, Unit::Time), "50.0 ms");
        assert_eq!(text(0.0, Unit::Count), "0");
        assert_eq!(text(100.0, Unit::Count), "100");
        assert_eq!(text(0.99996, Unit::Ratio), "1");
        assert_eq!(text(0.9991, Unit::Ratio), "0.9991");
        assert_eq!(text(250.0, Unit::Rate), "250/s");
    }
}
