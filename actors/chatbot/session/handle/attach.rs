//! Somebody wants to listen.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::chatbot::session::outlet::{ListenerId, Outlet};
use crate::chatbot::session::transcript::Missed;
use crate::chatbot::session::{Draining, Early, Session, Stage};
use crate::model::{Epoch, Event, Phase, Publication, Refusal, RefusalCode, Seq};

/// Attach a listener, from now on or from where it was.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Attach {
    outlet: Arc<Outlet>,
    since: Since,
    asker: oneshot::Sender<Result<Welcome, Refusal>>,
}

/// What a listener has seen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Since {
    /// Nothing, and it wants nothing of the past.
    Now,
    /// Everything up to that position of that history.
    Position(Epoch, Seq),
}

/// Whether a gap was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recovered {
    /// There was none to fill.
    NotAsked,
    /// Whole.
    Yes,
    /// It can't be: refetch the history.
    No,
}

/// What a listener that comes back has missed, as far as it could be found.
struct Gap {
    recovered: Recovered,
    missed: Vec<Arc<Publication>>,
    stored: Vec<Event>,
}

impl Gap {
    const fn filled(missed: Vec<Arc<Publication>>, stored: Vec<Event>) -> Self {
        Self { recovered: Recovered::Yes, missed, stored }
    }

    const fn unfilled(recovered: Recovered) -> Self {
        Self { recovered, missed: Vec::new(), stored: Vec::new() }
    }
}

/// A listener is attached.
#[derive(Debug, Serialize, Deserialize)]
pub struct Welcome {
    /// Its number.
    pub listener: ListenerId,
    /// The history's name.
    pub epoch: Epoch,
    /// The newest position.
    pub offset: Seq,
    /// Whether its gap was filled.
    pub recovered: Recovered,
    /// What it missed.
    pub missed: Vec<Arc<Publication>>,
    /// The answer being written, as far as it is.
    pub draft: Option<Arc<Publication>>,
    /// Who may answer now.
    pub phase: Phase,
}

impl Attach {
    /// Attaches `outlet`; `asker` gets the welcome.
    #[must_use]
    pub const fn new(
        outlet: Arc<Outlet>,
        since: Since,
        asker: oneshot::Sender<Result<Welcome, Refusal>>,
    ) -> Self {
        Self { outlet, since, asker }
    }

    /// The position from which on its gap was filled, if it was.
    fn filled_after(&self, recovered: Recovered) -> Option<Seq> {
        match (&self.since, recovered) {
            (Since::Position(_, seq), Recovered::Yes) => Some(*seq),
            _ => None,
        }
    }

    pub(in crate::chatbot::session) fn answer(self, outcome: Result<Welcome, Refusal>) {
        // The listener may have gone meanwhile.
        let _ = self.asker.send(outcome);
    }
}

impl Handler<Attach> for Session {
    type Result = ();

    fn handle(&mut self, attach: Attach, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.attach(attach, ctx);
    }
}

impl Session {
    pub(in crate::chatbot::session) fn attach(&mut self, attach: Attach, ctx: &mut Context<Self>) {
        let state = match &mut self.stage {
            Stage::Active(state) => state,
            Stage::Loading(early) if early.len() < self.context.limits.session_listeners_max => {
                early.push(Early::Attach(attach));
                return;
            }
            Stage::Loading(_) => return attach.answer(Err(Refusal::overloaded())),
        };
        if self.listeners.len() + self.newcomers.len() >= self.context.limits.session_listeners_max {
            let message = "This conversation is open in too many places. Close some of them.";
            return attach.answer(Err(Refusal::new(RefusalCode::RateLimited, message)));
        }
        if state.is_unstored() && self.draining == Draining::Yes {
            return attach.answer(Err(Refusal::overloaded()));
        }
        if state.is_unstored() {
            // Whoever is told of a session may ask the store for it at once.
            return self.newcomers.push(attach);
        }
        let missed = match &attach.since {
            Since::Now => return self.welcome(attach, Gap::unfilled(Recovered::NotAsked), ctx),
            Since::Position(epoch, _) if *epoch != state.meta().epoch => Missed::Never,
            Since::Position(_, seq) => state.transcript().missed(*seq),
        };
        match (missed, &attach.since) {
            (Missed::Here(missed), _) => self.welcome(attach, Gap::filled(missed, Vec::new()), ctx),
            (Missed::InStore, Since::Position(_, seq)) => {
                let after = *seq;
                self.recover_from_store(attach, after, ctx);
            }
            _ => self.welcome(attach, Gap::unfilled(Recovered::No), ctx),
        }
    }

    /// Lets those in who came before the session was stored.
    pub(in crate::chatbot::session) fn let_newcomers_in(&mut self, ctx: &mut Context<Self>) {
        if !self.newcomers.is_empty() && matches!(&self.stage, Stage::Active(state) if !state.is_unstored()) {
            for attach in std::mem::take(&mut self.newcomers) {
                self.attach(attach, ctx);
            }
        }
    }

    fn recover_from_store(&mut self, attach: Attach, after: Seq, ctx: &mut Context<Self>) {
        let (journal, limit) =
            (Arc::clone(&self.context.ports.journal), self.context.limits.session_recovery_max);
        let id = self.id;
        let read = async move { journal.tail(id, after, limit).await };
        ctx.spawn(read.into_actor(self).map(move |stored, session, ctx| {
            let stored = stored.unwrap_or_else(|error| {
                tracing::warn!(session.id = %session.id, error = ?error, "a gap could not be read from the store");
                Vec::new()
            });
            let Stage::Active(state) = &session.stage else {
                return attach.answer(Err(Refusal::interrupted()));
            };
            let gap = match state.transcript().fill(after, &stored) {
                Some(missed) => Gap::filled(missed, stored),
                None => Gap::unfilled(Recovered::No),
            };
            session.welcome(attach, gap, ctx);
        }));
    }

    fn welcome(&mut self, attach: Attach, gap: Gap, ctx: &mut Context<Self>) {
        let Stage::Active(state) = &self.stage else {
            return attach.answer(Err(Refusal::interrupted()));
        };
        let Gap { recovered, missed, stored } = gap;
        if let Some(recorder) = &mut self.recorder {
            recorder.attached(attach.filled_after(recovered), stored, &missed, state);
        }
        #[cfg(feature = "faults")]
        let missed = crate::kernel::mutant::with_a_gap(missed);
        #[cfg(feature = "faults")]
        crate::chatbot::session::leak::remember(self.id, &attach.outlet);
        let listener = self.listeners.attach(Arc::clone(&attach.outlet));
        let welcome = Welcome {
            listener,
            epoch: state.meta().epoch.clone(),
            offset: state.seq(),
            recovered,
            missed,
            draft: state.draft().map(Arc::new),
            phase: state.phase(),
        };
        attach.answer(Ok(welcome));
        self.wake(ctx);
    }
}
