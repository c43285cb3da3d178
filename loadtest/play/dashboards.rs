//! Dashboards beside the visitors: REST calls at a fixed rate, each timed from when it was due.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::fault::Fault;
use crate::latencies::Stage;
use crate::pacer::{self, Continue};
use crate::play::RunError;
use crate::recorder::SharedRecorder;
use crate::rest::Rest;
use crate::scenario::{DashboardPlan, Scenario};
use crate::schedule::Schedule;

/// The calls of a run.
pub(super) struct Dashboards {
    rest: Rest,
    paths: Rc<[String]>,
    plan: DashboardPlan,
    recorder: SharedRecorder,
}

impl Dashboards {
    /// Signs in, if the scenario has dashboards.
    ///
    /// # Errors
    /// When the server lets nobody in.
    pub(super) async fn of(scenario: &Scenario, recorder: &SharedRecorder) -> Result<Option<Self>, RunError> {
        let Some(plan) = scenario.dashboards.clone() else { return Ok(None) };
        let rest = Rest::new(scenario.target.urls.first().map_or("", |url| url.as_str()))?;
        let rest = plan.sign_in.enter(rest).await?;
        let chatbot = scenario.target.chatbot.as_deref().unwrap_or_default();
        let paths = plan.paths.iter().map(|path| path.replace("{chatbot}", chatbot)).collect();
        Ok(Some(Self { rest, paths, plan, recorder: Rc::clone(recorder) }))
    }

    /// Calls at the plan's rate for `duration`, and waits for what is under way, `patience` at most.
    pub(super) async fn look(self, duration: Duration, patience: Duration) -> Result<(), RunError> {
        let schedule = Schedule::lasting(Instant::now(), self.plan.rate, duration);
        let (due, mut arrivals) = mpsc::unbounded_channel();
        pacer::keep(schedule, move |arrival| due.send(arrival).map_or(Continue::No, |()| Continue::Yes))?;
        let mut calls = JoinSet::new();
        while let Some(arrival) = arrivals.recv().await {
            let turn = usize::try_from(arrival.index).unwrap_or(0) % self.paths.len().max(1);
            let (rest, path) = (self.rest.clone(), self.paths.get(turn).cloned().unwrap_or_default());
            let recorder = Rc::clone(&self.recorder);
            calls.spawn_local(async move {
                let outcome = rest.read(&path).await;
                let now = Instant::now();
                let mut recorder = recorder.borrow_mut();
                match outcome {
                    Ok(()) => recorder.time(Stage::Call, now.saturating_duration_since(arrival.due), now),
                    Err(error) => recorder.fault(Fault::Call(error.kind()), 1),
                }
            });
            while calls.try_join_next().is_some() {}
        }
        if timeout(patience, async { while calls.join_next().await.is_some() {} }).await.is_err() {
            let left = u64::try_from(calls.len()).unwrap_or(u64::MAX);
            self.recorder
                .borrow_mut()
                .fault(Fault::Call(String::from("unanswered when the run was over")), left);
        }
        Ok(())
    }
}
