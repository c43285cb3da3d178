//! Watching a run: once a second a sample is taken, kept for the report and shown.

mod board;
pub(crate) mod plain;
mod sample;
mod screen;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{MissedTickBehavior, interval_at};

use crate::halt::HaltSwitch;
use crate::process::Process;
use crate::recorder::SharedRecorder;
use crate::scenario::Scenario;
use crate::watch::board::{Board, Moment};
use crate::watch::plain::Status;
pub(crate) use crate::watch::sample::{Sample, ServerSample};
use crate::watch::screen::Screen;

const PERIOD: Duration = Duration::from_secs(1);
/// What the time before the first phase is called.
pub(crate) const OPENING: &str = "opening";

/// All samples of a run, in their order.
pub(crate) type Samples = Vec<Sample>;

/// How a run is shown while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Drawn on the terminal, with keys.
    Live,
    /// Line by line on standard error.
    Plain,
}

/// Why a run can't be shown as asked.
#[derive(Debug, Error)]
pub(crate) enum ViewError {
    #[error("the terminal can't be drawn on: {0}")]
    Terminal(#[from] std::io::Error),
}

/// A run that is being watched.
pub(crate) struct Watching {
    samples: Rc<RefCell<Samples>>,
    task: JoinHandle<()>,
    screen: Option<Rc<Screen>>,
}

impl Watching {
    /// Ends the watching; gives what was seen.
    pub(crate) async fn end(self) -> Samples {
        self.task.abort();
        let _ = self.task.await;
        // The task, which is over, held the other one.
        self.screen.and_then(Rc::into_inner).into_iter().for_each(Screen::close);
        self.samples.take()
    }
}

/// Begins to watch a run.
///
/// # Errors
/// When the terminal can't be drawn on.
pub(crate) fn begin(
    scenario: &Scenario,
    recorder: &SharedRecorder,
    (view, switch): (View, HaltSwitch),
) -> Result<Watching, ViewError> {
    let samples = Rc::new(RefCell::new(Samples::new()));
    let names = scenario.phases.iter().map(|phase| phase.name.clone()).collect();
    let screen = match view {
        View::Live => Some(Rc::new(Screen::open(Board::new(scenario), switch)?)),
        View::Plain => None,
    };
    let watcher = Watcher {
        names,
        server: scenario.target.server_pid.map(Process::Server),
        recorder: Rc::clone(recorder),
        samples: Rc::clone(&samples),
        screen: screen.clone(),
    };
    Ok(Watching { samples, task: spawn_local(watcher.watch()), screen })
}

struct Watcher {
    names: Vec<String>,
    server: Option<Process>,
    recorder: SharedRecorder,
    samples: Rc<RefCell<Samples>>,
    /// None when lines are written instead.
    screen: Option<Rc<Screen>>,
}

impl Watcher {
    async fn watch(self) {
        let began = Instant::now();
        let mut ticks = interval_at((began + PERIOD).into(), PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let first = self.look(began);
        self.screen.iter().for_each(|screen| screen.show(self.moment(&first)));
        self.samples.borrow_mut().push(first);
        loop {
            ticks.tick().await;
            let now = self.look(began);
            self.show(&now);
            self.samples.borrow_mut().push(now);
        }
    }

    fn look(&self, began: Instant) -> Sample {
        Sample::take(&mut self.recorder.borrow_mut(), began, self.server)
    }

    fn show(&self, now: &Sample) {
        if let Some(screen) = &self.screen {
            return screen.show(self.moment(now));
        }
        let phase = now.phase.and_then(|phase| self.names.get(phase)).map_or(OPENING, String::as_str);
        if let Some(before) = self.samples.borrow().last() {
            plain::line(format_args!("{}", Status { now, before, phase }));
        }
    }

    fn moment(&self, now: &Sample) -> Moment {
        let recorder = self.recorder.borrow();
        let violations = recorder.violations.iter().map(|(kind, count)| (kind.to_string(), *count));
        let faults = recorder.faults.iter().map(|(code, count)| (code.to_string(), *count));
        Moment {
            sample: now.clone(),
            phase_began: recorder.phases().last().and_then(|phase| phase.began),
            errors: violations.chain(faults).collect(),
        }
    }
}
