//! Playing a scenario: the sockets gather, the phases follow each other at their planned moments, all is drained and let
//! go. One thread drives every socket.

mod capacity;
pub(crate) mod cast;
mod dashboards;
mod sign_in;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::io;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::CreationError;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{sleep_until, timeout};

use crate::aggressor::{Aggressor, Deeds};
use crate::crowd::Crowd;
use crate::halt::{self, Halt, HaltSwitch};
use crate::open_files::{self, OpenFilesError};
use crate::phase::{Phase, Running};
use crate::play::capacity::Capacity;
use crate::play::cast::Cast;
use crate::play::dashboards::Dashboards;
use crate::process::ReadingError;
use crate::recorder::{Recorder, SharedRecorder};
use crate::report::{Report, last_stage};
use crate::rest::RestError;
use crate::scenario::{Beginning, Kind, Pace, PhasePlan, Scenario, ScenarioError};
use crate::schedule::Schedule;
use crate::target::{self, Target, TargetError};
use crate::watch::{self, Samples, View, ViewError};

/// How long sockets may take to leave.
const LEAVE_PATIENCE: Duration = Duration::from_secs(10);

/// Why a run could not take place.
#[derive(Debug, Error)]
pub(crate) enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    OpenFiles(#[from] OpenFilesError),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("none of {sockets} sockets opened: {why}")]
    NobodyConnected { sockets: NonZeroU32, why: String },
    #[error("the server was asked to make ready, and: {0}")]
    Rest(#[from] RestError),
    #[error("nobody signs in: give `dashboards` and `aggressor` a token, or an email and a password")]
    NobodySignsIn,
    #[error("the saturated phase completed nothing, so no phase can be a part of it")]
    NoCapacity,
    #[error("a process can't be measured: {0}")]
    Reading(#[from] ReadingError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
    #[error("no histogram: {0}")]
    Histogram(#[from] CreationError),
}

/// What a run leaves to be reported, beside what the recorder holds.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The opening of the sockets.
    pub(crate) opening: Phase,
    /// The phases that took place.
    pub(crate) phases: Vec<Phase>,
    /// A look at the run every second.
    pub(crate) samples: Samples,
    pub(crate) ending: RunEnding,
    /// What the aggressor did, if there was one.
    pub(crate) deeds: Option<Deeds>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunEnding {
    /// As planned.
    Planned,
    /// Somebody asked it to.
    Early,
}

/// Runs a scenario against the server it names, and reports.
///
/// # Errors
/// When it could not take place at all; what went wrong during it stands in the report.
pub(crate) fn run(scenario: &Scenario, view: View) -> Result<Report, RunError> {
    require_target(scenario)?;
    open_files::make_room(sockets_open_at_once(scenario), scenario.target.server_pid)?;
    let recorder = Rc::new(RefCell::new(Recorder::new()?));
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (switch, halt) = halt::halt();
    let measured = LocalSet::new().block_on(&runtime, async {
        let signals = spawn_local(ask_on_signals(switch.clone(), view));
        let watching = watch::begin(scenario, &recorder, (view, switch))?;
        let player =
            Player { scenario, recorder: &recorder, halt, aggressor: None, capacity: Capacity::default() };
        let played = player.play().await;
        // The farewell is no part of what is watched: sockets that close would look like a server that gets well.
        let samples = watching.end().await;
        signals.abort();
        let Played { opening, phases, ending, deeds, crowd } = played?;
        // What the servers make of the farewell changes no figure.
        let _ = timeout(LEAVE_PATIENCE, crowd.leave()).await;
        Ok::<_, RunError>(Measured { opening, phases, samples, ending, deeds })
    })?;
    Ok(Report::new(scenario, &measured, &recorder.borrow()))
}

/// A second signal ends the program at once.
async fn ask_on_signals(switch: HaltSwitch, view: View) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    for _ in 0..2 {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if switch.was_asked() {
            if view == View::Live {
                ratatui::restore();
            }
            std::process::exit(crate::EXIT_EARLY.into());
        }
        switch.ask();
    }
}

/// Whether somebody is there to be loaded in this way.
fn require_target(scenario: &Scenario) -> Result<(), ScenarioError> {
    let (plain, fits) = (scenario.target.chatbot.is_none(), scenario.kind.fits_plain_servers());
    if plain && !fits {
        return Err(ScenarioError::Missing { place: "target.chatbot".into(), wanted: "the chatbot's id" });
    }
    if plain && scenario.sockets.persistence.returns() {
        let wanted = "a plain server has no sessions to come back to";
        return Err(ScenarioError::unfit("sockets.reconnect", wanted));
    }
    if !plain && scenario.kind == Kind::Raw {
        return Err(ScenarioError::unfit("target.chatbot", "a chatbot is no plain echo server"));
    }
    Ok(())
}

fn sockets_open_at_once(scenario: &Scenario) -> u32 {
    match scenario.kind {
        Kind::Connect => target::sockets_at_most(scenario),
        _ => scenario.sockets.count.get(),
    }
}

/// A run whose sockets are still open.
struct Played {
    opening: Phase,
    phases: Vec<Phase>,
    ending: RunEnding,
    deeds: Option<Deeds>,
    crowd: Crowd,
}

/// One run that is going on.
struct Player<'a> {
    scenario: &'a Scenario,
    recorder: &'a SharedRecorder,
    halt: Halt,
    aggressor: Option<Aggressor>,
    capacity: Capacity,
}

impl Player<'_> {
    async fn play(mut self) -> Result<Played, RunError> {
        let scenario = self.scenario;
        let targets = Target::all(scenario)?;
        let dashboards = Dashboards::of(scenario, self.recorder).await?;
        self.aggressor = Aggressor::of(scenario).await?;
        let cast = Cast::of(scenario).await?;
        let mut crowd = Crowd::new(targets, scenario.sockets, self.recorder);
        let warm_up = scenario.sockets.warm_up;
        self.gather(warm_up, &mut crowd, &cast).await?;
        let opening = Running::begin(scenario.target.server_pid)?;
        self.recorder.borrow_mut().begin_part(Instant::now());
        if scenario.kind != Kind::Connect {
            self.gather(scenario.sockets.count.get().saturating_sub(warm_up), &mut crowd, &cast).await?;
            self.require_somebody(&crowd)?;
        }
        let opening = opening.end()?;
        let looking = self.look(dashboards);
        let phases = self.phases(&mut crowd, &cast).await?;
        if let Some(looking) = looking {
            if self.halt.is_asked() {
                looking.abort();
            }
            looking.await.unwrap_or(Ok(()))?;
        }
        self.require_somebody(&crowd)?;
        let deeds = match self.aggressor.take() {
            Some(aggressor) => Some(aggressor.end().await?),
            None => None,
        };
        let ending = if self.halt.is_asked() { RunEnding::Early } else { RunEnding::Planned };
        Ok(Played { opening, phases, ending, deeds, crowd })
    }

    async fn gather(&mut self, count: u32, crowd: &mut Crowd, cast: &Cast) -> Result<(), RunError> {
        let schedule = Schedule::new(Instant::now(), self.scenario.sockets.rate, count.into());
        let gathering = async {
            crowd.admit(schedule, &mut |number| cast.dialogue(number)).await?;
            crowd.settle().await;
            Ok(())
        };
        tokio::select! {
            gathered = gathering => gathered,
            () = self.halt.asked() => Ok(()),
        }
    }

    fn require_somebody(&self, crowd: &Crowd) -> Result<(), RunError> {
        if !crowd.is_empty() || self.halt.is_asked() {
            return Ok(());
        }
        let faults: Vec<_> = self.recorder.borrow().faults.keys().map(ToString::to_string).collect();
        Err(RunError::NobodyConnected { sockets: self.scenario.sockets.count, why: faults.join(", ") })
    }

    /// Lets the dashboards look for as long as the phases take.
    fn look(&self, dashboards: Option<Dashboards>) -> Option<JoinHandle<Result<(), RunError>>> {
        let duration = self.scenario.phases.iter().map(|phase| phase.duration).sum();
        let patience = self.scenario.messages.drain;
        dashboards.map(|dashboards| spawn_local(dashboards.look(duration, patience)))
    }

    async fn phases(&mut self, crowd: &mut Crowd, cast: &Cast) -> Result<Vec<Phase>, RunError> {
        let mut measured = Vec::new();
        let mut begins = Instant::now();
        let last = self.scenario.phases.len().saturating_sub(1);
        for (index, plan) in self.scenario.phases.iter().enumerate() {
            let running = Running::begin(self.scenario.target.server_pid)?;
            self.recorder.borrow_mut().begin_part(begins);
            let mut halt = self.halt.clone();
            let rate = self.rate(plan)?;
            tokio::select! {
                done = self.phase((plan, begins, rate), crowd, cast) => done?,
                () = halt.asked() => {}
            }
            if index == last || halt.is_asked() {
                crowd.drain(self.scenario.messages.drain).await;
            }
            measured.push(Phase { rate, ..running.end()? });
            self.learn_capacity(plan);
            if halt.is_asked() {
                break;
            }
            begins += plan.duration;
        }
        Ok(measured)
    }

    /// Arrivals a second that a phase wants.
    fn rate(&self, plan: &PhasePlan) -> Result<Option<NonZeroU32>, RunError> {
        match plan.pace {
            Pace::Rate(rate) => Ok(Some(rate)),
            Pace::Percent(percent) => self.capacity.percent(percent).ok_or(RunError::NoCapacity).map(Some),
            Pace::Silent | Pace::Saturated => Ok(None),
        }
    }

    fn learn_capacity(&mut self, plan: &PhasePlan) {
        if let (Pace::Saturated, Some(part)) = (plan.pace, self.recorder.borrow().phases().last()) {
            let items = part.stages.count(last_stage(self.scenario.kind));
            self.capacity = Capacity::of(items, plan.duration);
        }
    }

    async fn phase(
        &self,
        (plan, begins, rate): (&PhasePlan, Instant, Option<NonZeroU32>),
        crowd: &mut Crowd,
        cast: &Cast,
    ) -> Result<(), RunError> {
        if plan.beginning == Beginning::Cut {
            crowd.cut(Instant::now());
        }
        let end = begins + plan.duration;
        if let (Some(aggressor), Some(attack)) = (&self.aggressor, plan.attack) {
            aggressor.attack(attack, end);
        }
        match rate.map(|rate| Schedule::lasting(begins, rate, plan.duration)) {
            Some(schedule) if self.scenario.kind == Kind::Connect => {
                crowd.admit(schedule, &mut |number| cast.dialogue(number)).await?;
                crowd.settle().await;
            }
            Some(schedule) => crowd.follow(schedule).await?,
            None if plan.pace == Pace::Saturated => crowd.saturate(end).await,
            None => {}
        }
        sleep_until(end.into()).await;
        Ok(())
    }
}
