//! One credit taken and used up, as every answer does.
//!
//! Credits are taken from a lease that all sessions of an account share, without a mailbox. It stays cheap only as long
//! as threads that race for it don't slow one another down by much more than the race costs.

mod settings;

use std::sync::{Arc, Barrier};
use std::time::Duration;

use aihio_actors::billing::Lease;
use tokio::time::Instant;

/// More credits than any measurement uses.
const CREDITS: u64 = u64::MAX / 2;
/// Threads that race.
const RACERS: u64 = 4;

fn main() {
    let mut criterion = settings::criterion();
    let mut group = criterion.benchmark_group("billing/reserve and settle");
    group.bench_function("1 thread", |bencher| {
        let lease = Arc::new(Lease::of(CREDITS));
        bencher.iter(|| take(&lease));
    });
    group.bench_function("4 threads, each credit", |bencher| {
        let lease = Arc::new(Lease::of(CREDITS));
        bencher.iter_custom(|credits| race(&lease, credits));
    });
    group.finish();
    criterion.final_summary();
}

fn take(lease: &Arc<Lease>) {
    let reservation = lease.reserve();
    assert!(reservation.is_some(), "the lease holds enough for every measurement");
    if let Some(reservation) = reservation {
        reservation.settle();
    }
}

/// How long all racers together take for so many credits, from the moment when all are ready.
fn race(lease: &Arc<Lease>, credits: u64) -> Duration {
    let start = Barrier::new(usize::try_from(RACERS + 1).unwrap_or(usize::MAX));
    let began = std::thread::scope(|scope| {
        for racer in 0..RACERS {
            let share = credits / RACERS + u64::from(racer < credits % RACERS);
            let start = &start;
            scope.spawn(move || {
                start.wait();
                (0..share).for_each(|_| take(lease));
            });
        }
        start.wait();
        Instant::now()
    });
    began.elapsed()
}
