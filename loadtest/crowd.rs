//! All sockets of a run together: gathered at a rate, driven, drained and let go.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use crate::arguments::SocketArguments;
use crate::conversation::Persistence;
use crate::dialogue::Dialogue;
use crate::fault::Fault;
use crate::pacer::{self, Continue};
use crate::schedule::Schedule;
use crate::seat::Seat;
use crate::serving::{Instruction, SharedRecorder};
use crate::target::Target;

/// How often to look whether all is answered.
const DRAIN_POLL: Duration = Duration::from_millis(1);

/// The open sockets of a run.
pub(crate) struct Crowd {
    lines: Vec<mpsc::Sender<Instruction>>,
    tasks: JoinSet<()>,
    recorder: SharedRecorder,
}

impl Crowd {
    /// Opens all sockets at the rate asked for, and returns when each is open or has failed.
    ///
    /// # Errors
    /// When the system gives no thread for the schedule.
    pub(crate) async fn gather<D: Dialogue + 'static>(
        targets: Vec<Target>,
        (sockets, persistence): (&SocketArguments, Persistence),
        recorder: &SharedRecorder,
        dialogue: impl Fn() -> D,
    ) -> std::io::Result<Self> {
        let targets = Rc::from(targets);
        let schedule = Schedule::new(Instant::now(), sockets.connect_rate, u64::from(sockets.sockets.get()));
        let (due, mut arrivals) = mpsc::unbounded_channel();
        pacer::keep(schedule, move |arrival| due.send(arrival).map_or(Continue::No, |()| Continue::Yes))?;
        let mut tasks = JoinSet::new();
        let (opened, mut lines_opened) = mpsc::unbounded_channel();
        while let Some(arrival) = arrivals.recv().await {
            let seat =
                Seat::new(Rc::clone(&targets), persistence, Rc::clone(recorder), sockets.connect_timeout);
            tasks.spawn_local(seat.attend(arrival, dialogue(), opened.clone()));
        }
        // Every attempt holds a clone until it has opened or failed.
        drop(opened);
        let mut lines = Vec::new();
        while let Some(line) = lines_opened.recv().await {
            lines.push(line);
        }
        Ok(Self { lines, tasks, recorder: Rc::clone(recorder) })
    }

    /// No socket opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Says what the schedule wants, over the sockets in turn, until it ends.
    ///
    /// # Errors
    /// When the system gives no thread for the schedule.
    pub(crate) async fn follow(&self, schedule: Schedule) -> std::io::Result<()> {
        let unsent = Arc::new(AtomicU64::new(0));
        let (lines, unsent_there) = (self.lines.clone(), Arc::clone(&unsent));
        let (running, mut ended) = mpsc::channel::<()>(1);
        let mut next = 0;
        pacer::keep(schedule, move |arrival| {
            // Held for as long as the thread lives.
            let _running = &running;
            let line = lines.get(next);
            next = (next + 1) % lines.len().max(1);
            if line.is_none_or(|line| line.try_send(Instruction::SayDue(arrival.due)).is_err()) {
                unsent_there.fetch_add(1, Ordering::Relaxed);
            }
            Continue::Yes
        })?;
        // Nothing is ever sent: it ends when the thread drops its end.
        ended.recv().await;
        self.recorder.borrow_mut().fault(Fault::Unsent, unsent.load(Ordering::Relaxed));
        Ok(())
    }

    /// Lets every socket say the next thing as soon as the last is answered, for `duration`.
    pub(crate) async fn saturate(&self, duration: Duration) {
        let end = Instant::now() + duration;
        for line in &self.lines {
            // A socket that has closed meanwhile has been counted.
            let _ = line.try_send(Instruction::SaturateUntil(end));
        }
        sleep_until(end.into()).await;
    }

    /// Waits until all that was sent is answered, but not longer than `patience`.
    pub(crate) async fn drain(&self, patience: Duration) {
        let queued =
            || self.lines.iter().any(|line| !line.is_closed() && line.capacity() < line.max_capacity());
        let _ = timeout(patience, async {
            while self.recorder.borrow().in_flight() > 0 || queued() {
                sleep(DRAIN_POLL).await;
            }
        })
        .await;
    }

    /// Closes all sockets; what is unanswered now is missing.
    pub(crate) async fn leave(mut self) {
        self.lines.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}
