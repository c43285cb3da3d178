//! Amounts as people write them: `500ms`, `20us`, `12KiB`, `1_000`.

use std::time::Duration;

/// No phase, no patience and no run is longer: one that nobody watches ends by itself.
pub(crate) const DURATION_MAX: Duration = Duration::from_secs(24 * 3_600);

const TIMES: [(&str, f64); 6] =
    [("us", 1.0), ("µs", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 60e6), ("h", 3_600e6)];
const SIZES: [(&str, f64); 7] = [
    ("B", 1.0),
    ("kB", 1e3),
    ("KiB", 1_024.0),
    ("MB", 1e6),
    ("MiB", 1_048_576.0),
    ("GB", 1e9),
    ("GiB", 1_073_741_824.0),
];

/// A duration such as `500ms`, `1.5s`, `2m` or `1h`, above zero and at most a day.
///
/// # Errors
/// What would be right, in words.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let microseconds = microseconds(text)?;
    let duration = Duration::try_from_secs_f64(microseconds / 1e6).unwrap_or(Duration::MAX);
    if duration.is_zero() || duration > DURATION_MAX {
        return Err(String::from("from 1us to 24h is possible"));
    }
    Ok(duration)
}

/// A time in microseconds, zero or more.
///
/// # Errors
/// What would be right, in words.
pub(crate) fn microseconds(text: &str) -> Result<f64, String> {
    with_unit(text, &TIMES).ok_or_else(|| String::from("a time such as 20us, 500ms, 10s or 2m is needed"))
}

/// A size in bytes, zero or more.
///
/// # Errors
/// What would be right, in words.
pub(crate) fn bytes(text: &str) -> Result<f64, String> {
    with_unit(text, &SIZES).ok_or_else(|| String::from("a size such as 900B, 12KiB or 1.5MiB is needed"))
}

fn with_unit(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let unit_at = text.find(|character: char| !(character.is_ascii_digit() || "._".contains(character)))?;
    let (digits, unit) = text.split_at(unit_at);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    let amount: f64 = digits.replace('_', "").parse().ok()?;
    let scaled = amount * factor;
    scaled.is_finite().then_some(scaled)
}

/// A time in microseconds, in the unit that reads best.
pub(crate) fn time_text(microseconds: f64) -> String {
    match microseconds.abs() {
        size if size >= 10e6 => format!("{:.1} s", microseconds / 1e6),
        size if size >= 1e6 => format!("{:.2} s", microseconds / 1e6),
        size if size >= 10e3 => format!("{:.1} ms", microseconds / 1e3),
        size if size >= 1e3 => format!("{:.2} ms", microseconds / 1e3),
        _ => format!("{microseconds:.1} µs"),
    }
}

/// A size in bytes, in the unit that reads best.
pub(crate) fn size_text(bytes: f64) -> String {
    match bytes.abs() {
        size if size >= 1_048_576.0 => format!("{:.1} MiB", bytes / 1_048_576.0),
        size if size >= 1_024.0 => format!("{:.1} KiB", bytes / 1_024.0),
        _ => format!("{bytes:.0} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_an_end() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "10", "s", "0s", "25h", "-1s", "1..5s", "99999999999999999999h", "1 fortnight"] {
            assert!(duration(wrong).is_err(), "{wrong} was accepted");
        }
    }

    #[test]
    fn sizes_count_in_thousands_or_in_1024s_as_their_unit_says() {
        assert_eq!((bytes("12KiB"), bytes("12kB"), bytes("7 B")), (Ok(12_288.0), Ok(12_000.0), Ok(7.0)));
        assert!(bytes("12").is_err() && bytes("12ms").is_err());
    }

    #[test]
    fn what_is_shown_has_the_unit_that_reads_best() {
        assert_eq!(time_text(7.44), "7.4 µs");
        assert_eq!(time_text(1_234.0), "1.23 ms");
        assert_eq!(time_text(12_345_678.0), "12.3 s");
        assert_eq!(size_text(12_288.0), "12.0 KiB");
    }
}
