//! The journal's own part of a group commit: records wait, leave as one batch, and everybody is told.
//!
//! The store's transaction is shared by the whole batch; this is what is added for each record on the way in and out,
//! and it must not grow with the size of the batch.

mod record;
mod settings;

use criterion::{BatchSize, BenchmarkId, Throughput};

use self::record::{commit, journal, records};

fn main() {
    let mut criterion = settings::criterion();
    let mut group = criterion.benchmark_group("journal/push, depart, written");
    for len in [64_u16, 1_024] {
        group.throughput(Throughput::Elements(len.into()));
        group.bench_with_input(BenchmarkId::from_parameter(len), &len, |bencher, &len| {
            let mut journal = journal();
            bencher.iter_batched(
                || records(len),
                |records| commit(&mut journal, records),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
    criterion.final_summary();
}
