//! A second chatbot of the same server, kept busy on purpose while the first one's visitors are timed.
//!
//! It has a thread and a recorder of its own, so that what it waits for delays no other visitor's clock, and its figures
//! are not taken for theirs.

mod pages;
mod reading;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::thread;
use std::time::Instant;

use serde::Serialize;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio::time::timeout;

use crate::aggressor::reading::Reader;
use crate::crowd::Crowd;
use crate::play::RunError;
use crate::play::cast::Cast;
use crate::recorder::Recorder;
use crate::rest::Rest;
use crate::scenario::{AggressorPlan, Attack, Scenario, SocketPlan};
use crate::schedule::Schedule;
use crate::target::Target;

/// What it is called at the server.
const NAME: &str = "Aggressor";
/// Orders that may wait: one a phase.
const ORDERS: usize = 32;

/// What it is to do, and until when.
#[derive(Debug, Clone, Copy)]
struct Order {
    attack: Attack,
    until: Instant,
}

/// What it has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Deeds {
    /// Texts of the wanted length that the server took.
    pub(crate) uploads: u64,
    /// Those of them that it has read to their end.
    pub(crate) uploads_read: u64,
    /// Turns of its own visitors.
    pub(crate) turns: u64,
    /// What its visitors were refused.
    pub(crate) refused: u64,
}

/// A chatbot that waits for its order.
pub(crate) struct Aggressor {
    orders: mpsc::Sender<Order>,
    outcome: oneshot::Receiver<Result<Deeds, RunError>>,
}

impl Aggressor {
    /// Makes the chatbot and opens its visitors' sockets, if the scenario has one.
    ///
    /// # Errors
    /// When the server lets nobody in, or refuses what is needed.
    pub(crate) async fn of(scenario: &Scenario) -> Result<Option<Self>, RunError> {
        let Some(plan) = scenario.aggressor.clone() else { return Ok(None) };
        let (orders, receiver) = mpsc::channel(ORDERS);
        let (ready, is_ready) = oneshot::channel();
        let (report, outcome) = oneshot::channel();
        let scenario = scenario.clone();
        thread::Builder::new().name("aggressor".into()).spawn(move || {
            // Whoever no longer waits for the outcome has an error of its own to tell.
            let _ = report.send(live(&scenario, &plan, ready, receiver));
        })?;
        let aggressor = Self { orders, outcome };
        match is_ready.await {
            Ok(()) => Ok(Some(aggressor)),
            // It ended before it was ready, and says why.
            Err(_) => aggressor.end().await.map(|_| None),
        }
    }

    /// Sets it on the server until a moment.
    pub(crate) fn attack(&self, attack: Attack, until: Instant) {
        // One that has ended tells why at the end of the run.
        let _ = self.orders.try_send(Order { attack, until });
    }

    /// Ends it; tells what it has done.
    ///
    /// # Errors
    /// When it could not do what it was to do.
    pub(crate) async fn end(self) -> Result<Deeds, RunError> {
        drop(self.orders);
        self.outcome.await.unwrap_or_else(|_| Err(io::Error::other("the aggressor's thread ended").into()))
    }
}

/// Its whole life, on a thread of its own.
fn live(
    scenario: &Scenario,
    plan: &AggressorPlan,
    ready: oneshot::Sender<()>,
    mut orders: mpsc::Receiver<Order>,
) -> Result<Deeds, RunError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut life = Life::begin(scenario, plan).await?;
        // Nobody waits when the run was ended meanwhile.
        let _ = ready.send(());
        while let Some(order) = orders.recv().await {
            life.obey(order).await?;
        }
        life.end(scenario).await
    })
}

struct Life<'a> {
    plan: &'a AggressorPlan,
    reader: Reader,
    crowd: Crowd,
    recorder: Rc<RefCell<Recorder>>,
    deeds: Deeds,
}

impl<'a> Life<'a> {
    async fn begin(scenario: &Scenario, plan: &'a AggressorPlan) -> Result<Self, RunError> {
        let rest = Rest::new(scenario.target.urls.first().map_or("", |url| url.as_str()))?;
        let rest = plan.sign_in.enter(rest).await?;
        let chatbot = rest.echo_chatbot(NAME).await?;
        let recorder = Rc::new(RefCell::new(Recorder::new()?));
        let mut own = scenario.clone();
        own.target.chatbot = Some(chatbot.clone());
        own.sockets = SocketPlan { count: plan.sockets, ..scenario.sockets };
        let mut crowd = Crowd::new(Target::all(&own)?, own.sockets, &recorder);
        let cast = Cast::of(&own).await?;
        let gathering = Schedule::new(Instant::now(), own.sockets.rate, plan.sockets.get().into());
        crowd.admit(gathering, &mut |number| cast.dialogue(number)).await?;
        crowd.settle().await;
        let reader = Reader::new(rest, chatbot, plan.pages);
        Ok(Self { plan, reader, crowd, recorder, deeds: Deeds::default() })
    }

    async fn obey(&mut self, Order { attack, until }: Order) -> Result<(), RunError> {
        let now = Instant::now();
        match attack {
            Attack::Upload => {
                let done = self.reader.read_until(until).await?;
                self.deeds.uploads += done.begun;
                self.deeds.uploads_read += done.finished;
            }
            Attack::Crowd => {
                let left = until.saturating_duration_since(now);
                self.crowd.follow(Schedule::lasting(now, self.plan.rate, left)).await?;
            }
        }
        Ok(())
    }

    async fn end(mut self, scenario: &Scenario) -> Result<Deeds, RunError> {
        self.crowd.drain(scenario.messages.drain).await;
        {
            let recorder = self.recorder.borrow();
            self.deeds.turns = recorder.settled;
            self.deeds.refused = recorder.fault_count();
        }
        // What the server makes of the farewell changes no figure.
        let _ = timeout(scenario.messages.drain, self.crowd.leave()).await;
        Ok(self.deeds)
    }
}
