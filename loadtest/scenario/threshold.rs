//! What a run must reach: figures with the most or the least that is allowed.

use toml::{Table, Value};

use crate::scenario::amount;
use crate::scenario::{Expression, ScenarioError, Unit};

/// A figure that has to stay within a bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Threshold {
    pub(crate) expression: Expression,
    pub(crate) bound: Bound,
}

/// The most or the least that is allowed: microseconds, bytes or plain numbers, as the figure's unit says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    Max(f64),
    Min(f64),
}

impl Bound {
    /// Whether a value stays within it.
    pub(crate) fn admits(self, value: f64) -> bool {
        match self {
            Self::Max(most) => value <= most,
            Self::Min(least) => value >= least,
        }
    }
}

/// Reads a table of thresholds: `ack.p99 = "50ms"`, `errors = 0`, `completed = { min = 0.99 }`.
///
/// # Errors
/// When a figure is unknown, or a bound is none for it.
pub(crate) fn read(table: &Table) -> Result<Vec<Threshold>, ScenarioError> {
    let mut found = Vec::new();
    flatten(table, "", &mut found)?;
    Ok(found)
}

/// A dotted key is a table in a table; one of `max` and `min` alone is a bound.
fn flatten(table: &Table, prefix: &str, found: &mut Vec<Threshold>) -> Result<(), ScenarioError> {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) if !is_bound(&name, inner) => flatten(inner, &name, found)?,
            value => found.extend(bounds(&name, value)?),
        }
    }
    Ok(())
}

/// `completed = { max = 1 }` is one; `ack.max = "1s"`, though it reads the same as TOML, names the longest.
fn is_bound(name: &str, table: &Table) -> bool {
    !table.is_empty()
        && table.keys().all(|key| key == "max" || key == "min")
        && Expression::read(name, "").is_ok()
}

fn bounds(name: &str, value: &Value) -> Result<Vec<Threshold>, ScenarioError> {
    let place = format!("thresholds.{name}");
    let expression = Expression::read(name, &place)?;
    let amount = |value: &Value| amount(value, expression.unit(), &place);
    let bounds = match value {
        Value::Table(table) => {
            let bound = |key: &str, bound: fn(f64) -> Bound| Some(table.get(key).map(&amount)?.map(bound));
            [bound("max", Bound::Max), bound("min", Bound::Min)]
                .into_iter()
                .flatten()
                .collect::<Result<Vec<_>, _>>()?
        }
        value => vec![Bound::Max(amount(value)?)],
    };
    Ok(bounds.into_iter().map(|bound| Threshold { expression: expression.clone(), bound }).collect())
}

fn amount(value: &Value, unit: Unit, place: &str) -> Result<f64, ScenarioError> {
    let unfit = |wanted: String| ScenarioError::unfit(place, wanted);
    match (unit, value) {
        (Unit::Time, Value::String(text)) => amount::microseconds(text).map_err(unfit),
        (Unit::Time, _) => Err(unfit(String::from("a time such as \"20us\" or \"50ms\" is needed"))),
        (Unit::Size, Value::String(text)) => amount::bytes(text).map_err(unfit),
        (Unit::Size, _) => Err(unfit(String::from("a size such as \"12KiB\" is needed"))),
        (_, Value::Float(number)) if *number >= 0.0 => Ok(*number),
        (_, Value::Integer(number)) => match u32::try_from(*number) {
            Ok(number) => Ok(f64::from(number)),
            Err(_) => Err(unfit(String::from("a number from 0 to 4294967295 is needed"))),
        },
        _ => Err(unfit(String::from("a number of 0 or more is needed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds(text: &str) -> Result<Vec<(String, Bound)>, String> {
        let found = read(&text.parse().unwrap()).map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(|found| (found.expression.to_string(), found.bound)).collect())
    }

    #[test]
    fn a_bare_value_is_the_most_that_is_allowed() {
        assert_eq!(thresholds("ack.p99 = '50ms'"), Ok(vec![("ack.p99".into(), Bound::Max(50_000.0))]));
        assert_eq!(thresholds("errors = 0"), Ok(vec![("errors".into(), Bound::Max(0.0))]));
        assert_eq!(
            thresholds("memory_per_socket = '12KiB'"),
            Ok(vec![("memory_per_socket".into(), Bound::Max(12_288.0))])
        );
    }

    #[test]
    fn a_figure_may_have_a_least_value_and_both() {
        let both = thresholds("completed = { min = 0.99, max = 1 }").unwrap();
        assert_eq!(both, [("completed".into(), Bound::Max(1.0)), ("completed".into(), Bound::Min(0.99))]);
        let longest = thresholds("whole.max = '1s'\ncall.max.min = '1us'").unwrap();
        assert_eq!(longest[0], ("call.max".into(), Bound::Min(1.0)));
        assert_eq!(longest[1], ("whole.max".into(), Bound::Max(1e6)));
        let ratio = thresholds("'answer.p99 / ack.p99' = 3").unwrap();
        assert_eq!(ratio, [("answer.p99 / ack.p99".into(), Bound::Max(3.0))]);
    }

    #[test]
    fn bounds_need_their_figures_unit() {
        for wrong in ["ack.p99 = 50", "errors = '0'", "memory_per_socket = '1ms'", "errors = -1"] {
            assert!(thresholds(wrong).unwrap_err().starts_with("`thresholds."), "{wrong}");
        }
        assert!(thresholds("ack.p88 = '1ms'").unwrap_err().contains("did you mean `ack.p"));
    }

    #[test]
    fn a_bound_admits_its_own_value() {
        assert!(Bound::Max(1.0).admits(1.0) && !Bound::Max(1.0).admits(1.1));
        assert!(Bound::Min(1.0).admits(1.0) && !Bound::Min(1.0).admits(0.9));
    }
}
