//! The summaries that the benchmarks' runner prints, a line of JSON each.

use std::error::Error;
use std::io;

use serde::Deserialize;

use super::Counts;

#[derive(Deserialize)]
struct Summary {
    group: String,
    function_name: String,
    id: Option<String>,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    metrics: Metrics,
}

#[derive(Deserialize)]
struct Metrics {
    /// Instructions read.
    #[serde(rename = "Ir")]
    instructions: Metric,
}

#[derive(Deserialize)]
struct Metric {
    values: Values,
}

/// The count of the last run may stand beside it.
#[derive(Deserialize)]
struct Values {
    new: u64,
}

/// The counts by name.
///
/// # Errors
/// When a line is no summary, or nothing was counted: then the program had lost its functions' names.
pub(super) fn read(lines: impl Iterator<Item = io::Result<String>>) -> Result<Counts, Box<dyn Error>> {
    let mut counts = Counts::new();
    for line in lines {
        let summary: Summary = serde_json::from_str(&line?)?;
        let id = summary.id.unwrap_or_default();
        let name = format!("{}/{}/{id}", summary.group, summary.function_name);
        let count =
            summary.profiles.first().map_or(0, |profile| profile.data.total.metrics.instructions.values.new);
        if count == 0 {
            return Err(format!("nothing was counted of {name}").into());
        }
        counts.insert(name, count);
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(values: &str) -> io::Result<String> {
        Ok(format!(
            r#"{{"group":"session","function_name":"turn","id":"echo","version":"7","profiles":[{{"data":{{"total":{{"metrics":{{"Ir":{{"values":{values}}}}}}}}}}}]}}"#
        ))
    }

    #[test]
    fn a_count_has_the_name_of_its_benchmark_whether_there_was_one_before_or_not() {
        for values in [r#"{"new":7674}"#, r#"{"new":7674,"old":9000}"#] {
            let counts = read([summary(values)].into_iter()).unwrap();
            assert_eq!(counts, Counts::from([("session/turn/echo".to_owned(), 7_674)]));
        }
    }

    #[test]
    fn nothing_counted_is_no_success() {
        assert!(read([summary(r#"{"new":0}"#)].into_iter()).is_err());
    }
}
