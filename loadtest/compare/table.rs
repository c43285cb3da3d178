//! All measurements as one table: medians, and how many times the floor they are.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::compare::load::Outcome;
use crate::compare::measure::{Counted, Measure};
use crate::compare::subject::Subject;

/// The form of the JSON.
const SCHEMA: &str = "aihio-loadtest-compare/1";

/// Everything that was measured, round by round.
#[derive(Debug, Default)]
pub(crate) struct Comparison(BTreeMap<Measure, BTreeMap<Subject, Vec<Outcome>>>);

/// One cell, for machines.
#[derive(Debug, Serialize)]
struct Cell {
    measure: String,
    server: &'static str,
    /// `us` of the server's CPU for each item, or `bytes` of its memory for each socket.
    unit: &'static str,
    rounds: Vec<f64>,
    median: f64,
    /// By the median of actix-web-actors.
    ratio: Option<f64>,
    p99_us: Option<f64>,
    wrong: u64,
}

#[derive(Debug, Serialize)]
struct Document {
    schema: &'static str,
    cells: Vec<Cell>,
}

impl Comparison {
    /// Takes in one measurement.
    pub(super) fn add(&mut self, measure: Measure, subject: Subject, outcome: Outcome) {
        self.0.entry(measure).or_default().entry(subject).or_default().push(outcome);
    }

    /// Something went wrong in one of the runs.
    pub(crate) fn has_faults(&self) -> bool {
        self.0.values().flat_map(BTreeMap::values).flatten().any(|outcome| outcome.wrong > 0)
    }

    /// All of it for machines.
    ///
    /// # Errors
    /// Never in fact: all of it has a JSON form.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        let cells = self.0.iter().flat_map(|(measure, cells)| {
            let floor = floor(cells);
            cells.iter().map(move |(subject, outcomes)| Cell::new((*measure, *subject), outcomes, floor))
        });
        serde_json::to_string_pretty(&Document { schema: SCHEMA, cells: cells.collect() })
    }
}

impl Cell {
    fn new((measure, subject): (Measure, Subject), outcomes: &[Outcome], floor: Option<f64>) -> Self {
        let median = median(outcomes.iter().map(|outcome| outcome.value)).unwrap_or_default();
        Self {
            measure: measure.to_string(),
            server: subject.name(),
            unit: match measure.counted() {
                Counted::Cpu => "us",
                Counted::Memory => "bytes",
            },
            rounds: outcomes.iter().map(|outcome| outcome.value).collect(),
            median,
            ratio: floor.filter(|floor| *floor > 0.0).map(|floor| median / floor),
            p99_us: self::median(outcomes.iter().filter_map(|outcome| outcome.p99_us)),
            wrong: outcomes.iter().map(|outcome| outcome.wrong).sum(),
        }
    }

    fn text(&self, counted: Counted) -> String {
        let ratio = self.ratio.map_or_else(String::new, |ratio| format!(" ({ratio:.2} ×)"));
        let wrong = if self.wrong > 0 { " !" } else { "" };
        format!("{}{ratio}{wrong}", counted.text(self.median))
    }
}

impl fmt::Display for Comparison {
    /// Markdown, which reads well as it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = self.0.values().flat_map(BTreeMap::values).map(Vec::len).max().unwrap_or(0);
        writeln!(formatter, "Server CPU an item, or memory (PSS) a socket: medians of {rounds} rounds,")?;
        writeln!(formatter, "and how many times that of actix-web-actors.\n")?;
        let mut rows =
            vec![[String::new()].into_iter().chain(Subject::ALL.map(|s| s.name().to_owned())).collect()];
        rows.extend(self.0.iter().map(|(measure, cells)| row(*measure, cells)));
        write_aligned(formatter, &rows)?;
        if self.has_faults() {
            writeln!(formatter, "\n! not all went well in these runs, so their figures are worth less")?;
        }
        Ok(())
    }
}

fn row(measure: Measure, cells: &BTreeMap<Subject, Vec<Outcome>>) -> Vec<String> {
    let text = |subject: Subject| match cells.get(&subject) {
        Some(outcomes) => Cell::new((measure, subject), outcomes, floor(cells)).text(measure.counted()),
        None => String::from("–"),
    };
    [measure.to_string()].into_iter().chain(Subject::ALL.map(text)).collect()
}

/// A table whose columns stand under each other; the first row is its head.
fn write_aligned(formatter: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let width = |column: usize| {
        let lengths = rows.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count());
        lengths.max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    for (index, row) in rows.iter().enumerate() {
        for (text, width) in row.iter().zip(&widths) {
            write!(formatter, "| {text:<width$} ")?;
        }
        writeln!(formatter, "|")?;
        if index == 0 {
            widths.iter().try_for_each(|width| write!(formatter, "|{:-<1$}", "", width + 2))?;
            writeln!(formatter, "|")?;
        }
    }
    Ok(())
}

/// The median of the floor's figures.
fn floor(cells: &BTreeMap<Subject, Vec<Outcome>>) -> Option<f64> {
    median(cells.get(&Subject::Actix)?.iter().map(|outcome| outcome.value))
}

/// The middle one, or the mean of both in the middle.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get(values.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn comparison() -> Comparison {
        let outcome = |value, wrong| Outcome {
            value,
            counted: Counted::Cpu,
            p99_us: Some(1_000.0),
            wrong,
            generator_cpu: 0.1,
        };
        let measure = Measure::Turn { sockets: NonZeroU32::new(64).unwrap() };
        let mut comparison = Comparison::default();
        for (actix, sqlite) in [(8.0, 30.0), (10.0, 20.0), (9.0, 18.0)] {
            comparison.add(measure, Subject::Actix, outcome(actix, 0));
            comparison.add(measure, Subject::AihioSqlite, outcome(sqlite, 1));
        }
        comparison
    }

    #[test]
    fn the_table_shows_medians_and_ratios_to_the_floor() {
        let table = comparison().to_string();
        let row = table.lines().find(|line| line.contains("64 sockets")).unwrap();
        assert!(row.contains("| –  ") && row.contains("| 9.0 µs (1.00 ×)"), "{row}");
        assert!(row.contains("| 20.0 µs (2.22 ×) !"), "{row}");
        assert!(table.contains("medians of 3 rounds") && table.contains("worth less"), "{table}");
        let widths: Vec<_> =
            table.lines().filter(|line| line.starts_with('|')).map(|line| line.chars().count()).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
    }

    #[test]
    fn machines_get_every_round() {
        let json: serde_json::Value = serde_json::from_str(&comparison().json().unwrap()).unwrap();
        assert_eq!(json["schema"], "aihio-loadtest-compare/1");
        assert_eq!(json["cells"][0]["rounds"], serde_json::json!([8.0, 10.0, 9.0]));
        assert_eq!((&json["cells"][0]["median"], &json["cells"][0]["unit"]), (&9.0.into(), &"us".into()));
        assert_eq!(json["cells"][1]["wrong"], 3);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0].into_iter()), Some(2.5));
        assert_eq!(median(std::iter::empty()), None);
    }
}
