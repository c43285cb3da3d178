//! How long every benchmark measures: short, so that all of them take about a minute, and long enough to tell a
//! doubled cost from noise.

use std::time::Duration;

use criterion::Criterion;

/// The settings that all benchmarks share; the command line may override them.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30)
        .configure_from_args()
}
