//! All sockets of a run together: gathered at a rate, driven, cut, drained and let go.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use crate::dialogue::Dialogue;
use crate::pacer::{self, Continue};
use crate::recorder::SharedRecorder;
use crate::scenario::SocketPlan;
use crate::schedule::Schedule;
use crate::seat::{Seat, Seated};
use crate::serving::Instruction;
use crate::target::Target;

/// How often to look whether all is answered.
const DRAIN_POLL: Duration = Duration::from_millis(1);

/// The open sockets of a run.
pub(crate) struct Crowd {
    targets: Rc<[Target]>,
    sockets: SocketPlan,
    recorder: SharedRecorder,
    lines: Vec<mpsc::Sender<Instruction>>,
    /// Those of the lines whose visitors speak.
    speakers: Vec<mpsc::Sender<Instruction>>,
    tasks: JoinSet<()>,
    /// Sockets that were begun.
    begun: u32,
    /// Sockets of those that have opened or failed.
    known: u32,
    opened: (mpsc::UnboundedSender<Option<Seated>>, mpsc::UnboundedReceiver<Option<Seated>>),
}

impl Crowd {
    /// Nobody yet.
    pub(crate) fn new(targets: Vec<Target>, sockets: SocketPlan, recorder: &SharedRecorder) -> Self {
        Self {
            targets: targets.into(),
            sockets,
            recorder: Rc::clone(recorder),
            lines: Vec::new(),
            speakers: Vec::new(),
            tasks: JoinSet::new(),
            begun: 0,
            known: 0,
            opened: mpsc::unbounded_channel(),
        }
    }

    /// Begins a socket whenever the schedule says, and returns when all of it has begun.
    ///
    /// # Errors
    /// When the system gives no thread for the schedule.
    pub(crate) async fn admit<D: Dialogue + 'static>(
        &mut self,
        schedule: Schedule,
        dialogue: &mut impl FnMut(u32) -> D,
    ) -> std::io::Result<()> {
        let (due, mut arrivals) = mpsc::unbounded_channel();
        pacer::keep(schedule, move |arrival| due.send(arrival).map_or(Continue::No, |()| Continue::Yes))?;
        while let Some(arrival) = arrivals.recv().await {
            self.recorder.borrow_mut().socket_due(arrival.due);
            let seat = Seat::new(Rc::clone(&self.targets), self.sockets, Rc::clone(&self.recorder));
            let whose = (self.begun, arrival.due);
            self.tasks.spawn_local(seat.attend(whose, dialogue(self.begun), self.opened.0.clone()));
            self.begun += 1;
        }
        Ok(())
    }

    /// Waits until each socket that was begun is open or has failed.
    pub(crate) async fn settle(&mut self) {
        while self.known < self.begun {
            let Some(seated) = self.opened.1.recv().await else { return };
            self.known += 1;
            if let Some(Seated { line, speaks }) = seated {
                self.speakers.extend(speaks.then(|| line.clone()));
                self.lines.push(line);
            }
        }
    }

    /// No socket opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Says what the schedule wants, over the speaking sockets in turn, until it ends.
    ///
    /// # Errors
    /// When the system gives no thread for the schedule.
    pub(crate) async fn follow(&self, schedule: Schedule) -> std::io::Result<()> {
        let unsent = Arc::new(AtomicU64::new(0));
        let (lines, unsent_there) = (self.speakers.clone(), Arc::clone(&unsent));
        let (running, mut ended) = mpsc::channel::<()>(1);
        let mut next = 0;
        pacer::keep(schedule, move |arrival| {
            // Held for as long as the thread lives; closed when the run was ended meanwhile.
            if running.is_closed() {
                return Continue::No;
            }
            let line = lines.get(next);
            next = (next + 1) % lines.len().max(1);
            if line.is_none_or(|line| line.try_send(Instruction::SayDue(arrival.due)).is_err()) {
                unsent_there.fetch_add(1, Ordering::Relaxed);
            }
            Continue::Yes
        })?;
        // Nothing is ever sent: it ends when the thread drops its end.
        ended.recv().await;
        self.recorder.borrow_mut().unsent(unsent.load(Ordering::Relaxed));
        Ok(())
    }

    /// Lets every speaking socket say the next thing as soon as the last is answered, until `end`.
    pub(crate) async fn saturate(&self, end: Instant) {
        for line in &self.speakers {
            // A socket that has closed meanwhile has been counted.
            let _ = line.try_send(Instruction::SaturateUntil(end));
        }
        sleep_until(end.into()).await;
    }

    /// Cuts all sockets at this moment.
    pub(crate) fn cut(&self, at: Instant) {
        let cut = self.lines.iter().filter(|line| line.try_send(Instruction::Cut(at)).is_ok()).count();
        self.recorder.borrow_mut().cut(at, u64::try_from(cut).unwrap_or(u64::MAX));
    }

    /// Waits until all that was sent is answered and all who were cut are back, but not longer than `patience`.
    pub(crate) async fn drain(&self, patience: Duration) {
        let queued =
            || self.lines.iter().any(|line| !line.is_closed() && line.capacity() < line.max_capacity());
        let waits = || {
            let recorder = self.recorder.borrow();
            recorder.in_flight() > 0 || recorder.away() > 0
        };
        let _ = timeout(patience, async {
            while waits() || queued() {
                sleep(DRAIN_POLL).await;
            }
        })
        .await;
    }

    /// Closes all sockets; what is unanswered now is missing.
    pub(crate) async fn leave(mut self) {
        self.lines.clear();
        self.speakers.clear();
        // Who opened and was not waited for leaves too.
        self.opened.1.close();
        while self.opened.1.try_recv().is_ok() {}
        while self.tasks.join_next().await.is_some() {}
    }
}
