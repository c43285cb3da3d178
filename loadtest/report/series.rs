//! The run second by second: counts so far, and rates since the second before.

use serde::{Serialize, Serializer};

use crate::watch::Sample;

/// A look at the run, with what happened since the look before.
#[derive(Serialize)]
struct Second<'a> {
    #[serde(flatten)]
    sample: &'a Sample,
    opened_per_second: f64,
    sent_per_second: f64,
    items_per_second: f64,
    errors_per_second: f64,
    /// As a part of one core.
    server_cpu: Option<f64>,
}

/// Writes samples with their rates.
pub(super) fn serialize<S: Serializer>(samples: &[Sample], serializer: S) -> Result<S::Ok, S::Error> {
    let first = samples.first().into_iter();
    serializer.collect_seq(first.chain(samples).zip(samples).map(|(before, sample)| Second {
        sample,
        opened_per_second: sample.rate(before, |sample| sample.connected),
        sent_per_second: sample.rate(before, |sample| sample.sent),
        items_per_second: sample.rate(before, |sample| sample.items),
        errors_per_second: sample.rate(before, |sample| sample.errors),
        server_cpu: sample.server_cpu(before),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Holder(#[serde(serialize_with = "serialize")] Vec<Sample>);

    #[test]
    fn every_second_has_its_rates() {
        let samples = [(0.0, 0), (1.0, 10), (3.0, 50)];
        let samples = samples.map(|(at, sent)| Sample { at, sent, ..Sample::default() }).to_vec();
        let json = serde_json::to_value(Holder(samples)).unwrap();
        let rates: Vec<_> =
            json.as_array().unwrap().iter().map(|second| &second["sent_per_second"]).collect();
        assert_eq!(rates, [0.0, 10.0, 20.0]);
        assert_eq!(json[2]["sent"], 50);
    }
}
