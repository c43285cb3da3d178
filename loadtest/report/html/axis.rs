//! Axes: where a value stands, and which values are named.

use crate::scenario::amount::time_text;

/// Named values on a linear axis, at most.
const TICKS_MAX: f64 = 6.0;

/// One axis of a plot.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub(super) label: &'static str,
    scale: Scale,
    from: f64,
    to: f64,
    /// Values with their names.
    pub(super) ticks: Vec<(f64, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    Logarithmic,
    /// Each further nine takes as much room as the one before: 0, 90 %, 99 %, 99.9 %…
    Nines,
}

impl Axis {
    /// From 0 to what holds the largest value, or a little.
    pub(super) fn linear(label: &'static str, most: f64, unit: &str) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = step(most);
        let count = (most / step).ceil();
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= count {
            let value = at * step;
            let digits = if step >= 1.0 { 0 } else { 2 };
            ticks.push((value, format!("{value:.digits$}{unit}")));
            at += 1.0;
        }
        Self { label, scale: Scale::Linear, from: 0.0, to: count * step, ticks }
    }

    /// From 0 to exactly this many seconds.
    pub(super) fn elapsed(label: &'static str, end: f64) -> Self {
        let mut axis = Self::linear(label, end, "");
        axis.to = axis.to.min(end.max(1.0));
        axis.ticks.retain(|(value, _)| *value <= axis.to);
        axis
    }

    /// Times in microseconds, by powers of ten.
    pub(super) fn times(label: &'static str, least: f64, most: f64) -> Self {
        let exponent = |value: f64| value.max(0.1).log10();
        let (from, to) = (exponent(least).floor(), exponent(most).ceil());
        let to = if to > from { to } else { from + 1.0 };
        let mut ticks = Vec::new();
        let mut at = from;
        while at <= to {
            let value = 10_f64.powf(at);
            ticks.push((value, short_time(value)));
            at += 1.0;
        }
        Self { label, scale: Scale::Logarithmic, from: 10_f64.powf(from), to: 10_f64.powf(to), ticks }
    }

    /// Parts of a whole, up to the largest below 1.
    pub(super) fn nines(label: &'static str, most: f64) -> Self {
        let all = [(0.0, "0"), (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %")];
        let more = [(0.9999, "99.99 %"), (0.99999, "99.999 %")];
        let ticks = all.into_iter().chain(more).filter(|(part, _)| *part <= most);
        let ticks = ticks.map(|(part, name)| (part, name.to_owned())).collect();
        Self { label, scale: Scale::Nines, from: 0.0, to: most, ticks }
    }

    /// Where a value stands, from 0 to 1; beyond the axis it stands at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = |of: fn(f64) -> f64| (of(value) - of(self.from)) / (of(self.to) - of(self.from));
        let place = match self.scale {
            Scale::Linear => place(|value| value),
            Scale::Logarithmic => place(|value| value.max(f64::MIN_POSITIVE).log10()),
            Scale::Nines => place(|part| -(1.0 - part).max(1e-9).log10()),
        };
        place.clamp(0.0, 1.0)
    }
}

/// 1, 2 or 5 times a power of ten, so that few steps reach `most`.
fn step(most: f64) -> f64 {
    let rough = most / TICKS_MAX;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough).unwrap_or(10.0);
    factor * power
}

/// `10.0 ms` without what says nothing.
fn short_time(microseconds: f64) -> String {
    time_text(microseconds).replace(".00 ", " ").replace(".0 ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_hold_the_largest() {
        let axis = Axis::linear("rate", 1_040.0, "");
        assert_eq!(names(&axis), ["0", "200", "400", "600", "800", "1000", "1200"]);
        assert!((axis.place(600.0) - 0.5).abs() < 1e-9);
        assert_eq!(names(&Axis::linear("", 0.0, " MiB")).last(), Some(&"1.00 MiB"));
    }

    #[test]
    fn a_run_ends_where_it_ended() {
        let axis = Axis::elapsed("time", 13.0);
        assert_eq!(names(&axis), ["0", "5", "10"]);
        assert!((axis.place(13.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn times_go_by_powers_of_ten() {
        let axis = Axis::times("latency", 350.0, 42_000.0);
        assert_eq!(names(&axis), ["100 µs", "1 ms", "10 ms", "100 ms"]);
        assert!((axis.place(1_000.0) - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(names(&Axis::times("", 1_000.0, 1_000.0)), ["1 ms", "10 ms"]);
    }

    #[test]
    fn each_nine_has_the_same_room() {
        let axis = Axis::nines("part", 0.999);
        assert_eq!(names(&axis), ["0", "50 %", "90 %", "99 %", "99.9 %"]);
        assert!((axis.place(0.9) - 1.0 / 3.0).abs() < 1e-9);
        assert!((axis.place(0.99) - 2.0 / 3.0).abs() < 1e-9);
        assert!((axis.place(1.0) - 1.0).abs() < 1e-9);
    }
}
