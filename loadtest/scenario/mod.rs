//! The scenarios, and what they share: one thread for the sockets, the phases, the report.

mod chat;
mod connect;
mod echo;
mod idle;

use std::cell::RefCell;
use std::io;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Instant;

use hdrhistogram::CreationError;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

use crate::arguments::{Arguments, LoadArguments, Scenario, SocketArguments};
use crate::conversation::Persistence;
use crate::crowd::Crowd;
use crate::dialogue::Dialogue;
use crate::phase::{Phase, Running};
use crate::process::{Process, ReadingError};
use crate::progress;
use crate::recorder::Recorder;
use crate::report::{Measured, Report};
use crate::schedule::Schedule;
use crate::serving::SharedRecorder;
use crate::target::{Target, TargetError};

/// Files that a run has open beside its sockets, generously.
const OTHER_FILES: u64 = 64;

/// Why a run could not take place.
#[derive(Debug, Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(
        "{sockets} sockets need more open files than the limit of {limit}: raise it with `ulimit -n {needed}`"
    )]
    OpenFiles { sockets: NonZeroU32, limit: u64, needed: u64 },
    #[error("none of {sockets} sockets opened: {why}")]
    NobodyConnected { sockets: NonZeroU32, why: String },
    #[error("a process can't be measured: {0}")]
    Reading(#[from] ReadingError),
    #[error("the report can't be written: {0}")]
    Report(io::Error),
    #[error("the system gives no thread: {0}")]
    System(#[from] io::Error),
    #[error("no histogram: {0}")]
    Histogram(#[from] CreationError),
}

/// Runs the scenario that was asked for, and prints its report on standard output.
///
/// # Errors
/// When it could not take place at all; what went wrong during it stands in the report.
pub(crate) fn run(arguments: &Arguments) -> Result<Report, RunError> {
    let sockets = sockets_of(&arguments.scenario);
    require_open_files(sockets.sockets)?;
    let recorder = Rc::new(RefCell::new(Recorder::new()?));
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let measured = LocalSet::new().block_on(&runtime, async {
        let progress = spawn_local(progress::show(Rc::clone(&recorder)));
        let measured = play(&arguments.scenario, &recorder).await;
        progress.abort();
        // Its line in the terminal is cleared when it is gone, which has to be before the report.
        let _ = progress.await;
        measured
    })?;
    let report = Report::new(&measured, &recorder.borrow());
    report.print(sockets.format()).map_err(RunError::Report)?;
    Ok(report)
}

async fn play(scenario: &Scenario, recorder: &SharedRecorder) -> Result<Measured, RunError> {
    match scenario {
        Scenario::Connect(arguments) => connect::run(arguments, recorder).await,
        Scenario::Idle(arguments) => idle::run(arguments, recorder).await,
        Scenario::Chat(arguments) => chat::run(arguments, recorder).await,
        Scenario::Echo(arguments) => echo::run(arguments, recorder).await,
    }
}

fn sockets_of(scenario: &Scenario) -> &SocketArguments {
    match scenario {
        Scenario::Connect(arguments) => &arguments.sockets,
        Scenario::Idle(arguments) => &arguments.sockets,
        Scenario::Chat(arguments) => &arguments.sockets,
        Scenario::Echo(arguments) => &arguments.sockets,
    }
}

/// A run that will fail at its thousandth socket should say so before its first.
fn require_open_files(sockets: NonZeroU32) -> Result<(), RunError> {
    let needed = u64::from(sockets.get()) + OTHER_FILES;
    match Process::Own.open_files_max()? {
        Some(limit) if limit < needed => Err(RunError::OpenFiles { sockets, limit, needed }),
        _ => Ok(()),
    }
}

/// Opens all sockets, and measures it.
async fn gather<D: Dialogue + 'static>(
    targets: Vec<Target>,
    (sockets, persistence): (&SocketArguments, Persistence),
    recorder: &SharedRecorder,
    dialogue: impl Fn() -> D,
) -> Result<(Crowd, Phase), RunError> {
    let phase = Running::begin(sockets.server_pid)?;
    let crowd = Crowd::gather(targets, (sockets, persistence), recorder, dialogue).await?;
    if crowd.is_empty() {
        let faults: Vec<_> = recorder.borrow().faults.keys().map(ToString::to_string).collect();
        return Err(RunError::NobodyConnected { sockets: sockets.sockets, why: faults.join(", ") });
    }
    Ok((crowd, phase.end()?))
}

/// Lets the crowd speak as asked, and measures it.
async fn load(crowd: &Crowd, load: &LoadArguments, server: Option<NonZeroU32>) -> Result<Phase, RunError> {
    let phase = Running::begin(server)?;
    if load.saturate {
        crowd.saturate(load.duration).await;
    } else {
        crowd.follow(Schedule::lasting(Instant::now(), load.rate, load.duration)).await?;
    }
    crowd.drain(load.drain).await;
    Ok(phase.end()?)
}
