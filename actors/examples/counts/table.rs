//! Counts beside those that are committed.

use std::fmt;

use super::Counts;

/// How much more may be taken before it is called worse: counts of the same code differ by less than this, as hash tables
/// are seeded anew in each process.
pub(super) const TOLERANCE: f64 = 0.05;

/// What has become of each count.
pub(super) struct Table(Vec<Row>);

struct Row {
    name: String,
    baseline: Option<u64>,
    now: Option<u64>,
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Better,
    Worse,
    New,
    Gone,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Same => "",
            Self::Better => "better",
            Self::Worse => "WORSE",
            Self::New => "new",
            Self::Gone => "GONE",
        })
    }
}

impl Table {
    /// Puts every name of either side into a row.
    pub(super) fn of(baseline: &Counts, now: &Counts) -> Self {
        let gone = baseline.keys().filter(|name| !now.contains_key(*name));
        let mut names: Vec<&String> = now.keys().chain(gone).collect();
        names.sort();
        let row = |name: &String| Row {
            name: name.clone(),
            baseline: baseline.get(name).copied(),
            now: now.get(name).copied(),
        };
        Self(names.into_iter().map(row).collect())
    }

    /// Whether something takes more than it may, or is no longer counted.
    pub(super) fn is_worse(&self) -> bool {
        self.0.iter().any(Row::is_worse)
    }
}

impl Row {
    /// Growth as a part of what was; none where there is nothing to compare.
    fn growth(&self) -> Option<f64> {
        let (baseline, now) = (self.baseline? as f64, self.now? as f64);
        Some(now / baseline.max(1.0) - 1.0)
    }

    fn is_worse(&self) -> bool {
        matches!(self.verdict(), Verdict::Worse | Verdict::Gone)
    }

    fn verdict(&self) -> Verdict {
        match (self.baseline, self.now) {
            (_, None) => Verdict::Gone,
            (None, Some(_)) => Verdict::New,
            (Some(baseline), Some(now)) => {
                let (baseline, now) = (baseline as f64, now as f64);
                match now {
                    now if now > baseline * (1.0 + TOLERANCE) => Verdict::Worse,
                    now if now < baseline * (1.0 - TOLERANCE) => Verdict::Better,
                    _ => Verdict::Same,
                }
            }
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{:<44}{:>14}{:>14}{:>10}", "instructions", "baseline", "now", "change")?;
        for row in &self.0 {
            let amount = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
            let change = row.growth().map_or_else(String::new, |growth| format!("{:+.1} %", growth * 100.0));
            let (baseline, now) = (amount(row.baseline), amount(row.now));
            let line = format!("{:<44}{baseline:>14}{now:>14}{change:>10}  {}", row.name, row.verdict());
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> Counts {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn what_grows_beyond_the_tolerance_is_worse_and_what_shrinks_is_not() {
        let baseline = counts(&[("a", 1_000), ("b", 1_000)]);
        assert!(!Table::of(&baseline, &counts(&[("a", 1_050), ("b", 10)])).is_worse());
        assert!(Table::of(&baseline, &counts(&[("a", 1_051), ("b", 10)])).is_worse());
    }

    #[test]
    fn what_is_no_longer_counted_is_worse_and_what_is_new_is_not() {
        let (baseline, more) = (counts(&[("a", 1)]), counts(&[("a", 1), ("b", 2)]));
        assert!(!Table::of(&baseline, &more).is_worse());
        assert!(Table::of(&more, &baseline).is_worse());
    }

    #[test]
    fn the_table_shows_both_sides_and_the_change() {
        let table = Table::of(&counts(&[("a", 1_000), ("c", 3)]), &counts(&[("a", 1_100), ("b", 2)]));
        let lines: Vec<String> = table.to_string().lines().map(str::to_owned).collect();
        assert!(lines[1].starts_with("a ") && lines[1].ends_with("1000          1100   +10.0 %  WORSE"));
        assert!(lines[2].starts_with("b ") && lines[2].ends_with("2            new"), "{}", lines[2]);
        assert!(lines[3].starts_with("c ") && lines[3].ends_with("GONE"));
    }
}
