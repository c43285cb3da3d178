//! A conversation that wakes, has a turn and goes to sleep, through all actors and with a store in memory.
//!
//! Sleeping conversations take no memory, so a server may hold far more of them than visitors; that holds only as long
//! as waking one costs little more than the reading of its history.

mod settings;
mod town;

use std::time::Duration;

use tokio::time::Instant;

use self::town::Town;

/// Turns that the conversation has behind it, two events each.
const TURNS: u32 = 10;

fn main() {
    let mut criterion = settings::criterion();
    let town = Town::after(TURNS);
    let mut group = criterion.benchmark_group("lifecycle");
    group.bench_function("activation", |bencher| {
        bencher.iter_custom(|lives| (0..lives).map(|_| life(&town).0).sum());
    });
    group.bench_function("passivation", |bencher| {
        bencher.iter_custom(|lives| (0..lives).map(|_| life(&town).1).sum());
    });
    let mut guest = town.wake();
    group.bench_function("echo turn", |bencher| bencher.iter(|| town.turn(&mut guest)));
    group.finish();
    town.sleep(guest);
    criterion.final_summary();
}

/// How long waking took, and how long going to sleep did.
fn life(town: &Town) -> (Duration, Duration) {
    let began = Instant::now();
    let guest = town.wake();
    let activation = began.elapsed();
    let began = Instant::now();
    town.sleep(guest);
    (activation, began.elapsed())
}
