//! What a socket does with a message before and after its session: read it, check its share, write what comes back.

mod frames;
mod rates;
mod settings;

use std::hint::black_box;

use criterion::{BatchSize, Criterion};

use self::rates::Gate;

fn main() {
    let mut criterion = settings::criterion();
    lines(&mut criterion);
    limits(&mut criterion);
    criterion.final_summary();
}

/// Lines of the socket's protocol.
fn lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    group.bench_function("a message read", |bencher| {
        bencher.iter(|| {
            let command = frames::parse(black_box(frames::SENT));
            assert!(command.is_some(), "the line is a message");
            command
        });
    });
    group.bench_function("an acknowledgement written", |bencher| {
        bencher.iter(|| frames::acknowledgement(black_box(2)));
    });
    group.bench_function("an answer written", |bencher| {
        bencher.iter_batched_ref(
            frames::answer,
            |publication| frames::write(publication),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// What has to be asked before a message or a socket is let in.
fn limits(criterion: &mut Criterion) {
    let gate = Gate::new();
    let mut group = criterion.benchmark_group("limits");
    group.bench_function("a message: its socket's and its chatbot's", |bencher| {
        bencher.iter(|| gate.admits_message(black_box(7)));
    });
    group.bench_function("a new socket: its address's", |bencher| {
        bencher.iter(|| gate.admits_connect(black_box(7)));
    });
    group.finish();
}
