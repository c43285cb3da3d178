//! The thread that keeps the schedule.
//!
//! An asynchronous timer fires on whole milliseconds, which is more than a turn takes; a sleeping thread wakes within
//! some fifty microseconds. It also goes on keeping the time while the sockets' thread is busy.

use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::schedule::Schedule;

/// What one arrival asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// Its place in the schedule, from 0.
    pub(crate) index: u64,
    /// When the schedule wanted it; every latency counts from here.
    pub(crate) due: Instant,
}

/// Hands every arrival of `schedule` to `deliver` when it is due, on a thread of its own.
///
/// The thread ends with the schedule, or as soon as `deliver` says that nobody listens any more.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn keep(
    schedule: Schedule,
    mut deliver: impl FnMut(Arrival) -> Continue + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("pacer".into()).spawn(move || {
        let mut index = 0;
        while index < schedule.total() {
            let due = schedule.due(Instant::now());
            while index < due {
                if deliver(Arrival { index, due: schedule.at(index) }) == Continue::No {
                    return;
                }
                index += 1;
            }
            thread::sleep(schedule.at(index).saturating_duration_since(Instant::now()));
        }
    })
}

/// Whether anybody still waits for arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Continue {
    /// Go on.
    Yes,
    /// Nobody does; end the thread.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;
    use std::sync::mpsc;

    #[test]
    fn every_arrival_comes_once_in_order_and_never_before_its_time() {
        let schedule = Schedule::new(Instant::now(), NonZeroU32::new(20_000).unwrap(), 200);
        let (sender, receiver) = mpsc::channel();
        let thread = keep(schedule, move |arrival| {
            sender.send((arrival, Instant::now())).unwrap();
            Continue::Yes
        });
        thread.unwrap().join().unwrap();
        let seen: Vec<_> = receiver.iter().collect();
        assert_eq!(
            seen.iter().map(|(arrival, _)| arrival.index).collect::<Vec<_>>(),
            (0..200).collect::<Vec<_>>()
        );
        assert!(seen.iter().all(|(arrival, at)| at >= &arrival.due));
    }

    #[test]
    fn the_thread_ends_when_nobody_listens() {
        let schedule = Schedule::new(Instant::now(), NonZeroU32::MIN, u64::MAX);
        let (sender, receiver) = mpsc::channel();
        let thread = keep(schedule, move |arrival| {
            sender.send(arrival.index).unwrap();
            Continue::No
        });
        thread.unwrap().join().unwrap();
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [0]);
    }
}
