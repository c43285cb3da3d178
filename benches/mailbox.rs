//! A message from one actor to another.
//!
//! A turn crosses a few mailboxes, all of them on one thread. What that saves is the difference between asking an actor of
//! the same thread and one of another, which must be woken first. What is told without waiting, as by a crowd, costs less:
//! that is the measurement of a thousand.

mod actor;
mod settings;

use actix::{Actor, SystemRunner};
use aihio_actors::kernel::{start_here, start_on};
use criterion::Throughput;
use criterion::async_executor::AsyncExecutor;

use self::actor::{MAILBOX_LEN, Parent, child, tell_all};

/// Messages told at once.
const BATCH: u16 = 1_000;

fn main() {
    let mut criterion = settings::criterion();
    let system = actix::System::new();
    let thread = Thread(&system);
    let other = actix::Arbiter::new();
    let parent = thread.block_on(async { Parent.start() });
    let near = thread.block_on(async { child(&parent, |child| start_here(child, MAILBOX_LEN)) });
    let far = child(&parent, |child| start_on(&other.handle(), child, MAILBOX_LEN));

    let mut group = criterion.benchmark_group("mailbox");
    for (name, mailbox) in [("ask, same thread", &near), ("ask, other thread", &far)] {
        group.bench_function(name, |bencher| bencher.to_async(thread).iter(|| tell_all(mailbox, 1)));
    }
    group.throughput(Throughput::Elements(BATCH.into()));
    group.bench_function("tell 1000, same thread", |bencher| {
        bencher.to_async(thread).iter(|| tell_all(&near, BATCH));
    });
    group.finish();
    criterion.final_summary();
}

/// A thread that serves actors.
#[derive(Clone, Copy)]
struct Thread<'a>(&'a SystemRunner);

impl AsyncExecutor for Thread<'_> {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}
