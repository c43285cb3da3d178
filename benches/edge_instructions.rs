//! Instructions of what a socket does with a message before and after its session.
#![expect(missing_docs, reason = "the macros make items public that only they name")]

mod frames;
mod rates;

use std::hint::black_box;

use aihio_actors::engine::Command;
use aihio_actors::model::Publication;
use bytestring::ByteString;
use gungraun::{library_benchmark, library_benchmark_group, main};

use self::rates::Gate;

/// What is too short to be counted alone is done so often.
const TIMES: u32 = 100;

#[library_benchmark]
#[bench::message(frames::SENT)]
fn read(line: &str) -> Option<Command> {
    black_box(frames::parse(black_box(line)))
}

#[library_benchmark]
#[bench::acknowledgement(2)]
fn write(id: u32) -> String {
    black_box(frames::acknowledgement(black_box(id)))
}

#[library_benchmark]
#[bench::answer(setup = frames::answer)]
fn publish(publication: Publication) -> (ByteString, Publication) {
    (black_box(frames::write(black_box(&publication))), publication)
}

#[library_benchmark]
#[bench::message(setup = Gate::new)]
fn check_100(gate: Gate) -> Gate {
    assert!((0..TIMES).all(|_| gate.admits_message(black_box(7))), "the limits are wide");
    gate
}

#[library_benchmark]
#[bench::socket(setup = Gate::new)]
fn connect_100(gate: Gate) -> Gate {
    assert!((0..TIMES).all(|_| gate.admits_connect(black_box(7))), "the limits are wide");
    gate
}

library_benchmark_group!(name = frame; benchmarks = read, write, publish);
library_benchmark_group!(name = limits; benchmarks = check_100, connect_100);
main!(library_benchmark_groups = frame, limits);
