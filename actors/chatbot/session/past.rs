//! How a session gets its past back: from snapshot and journal, with the questions that still want an answer.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};

use super::effect::fresh_ids;
use super::listeners::Listeners;
use super::state::{Memory, SessionState};
use super::transcript::Transcript;
use super::{Draining, Early, Session, Stage, rules_of, snapshot};
use crate::kernel::{ExitReason, VitalState};
use crate::limits::Acknowledge;
use crate::model::{Epoch, Event, OwnerEpoch, Refusal, RefusalCode, Seq, SessionId, SessionMeta};
use crate::ports::{Opened, PortError, Ports};

/// Events that are read from the store at once.
const TAIL_LEN: u32 = 500;
/// How long a session waits before it reads its history again after a failure.
const RELOAD_DELAY: Duration = Duration::from_millis(50);
/// How long a question of an earlier life waits before its account is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl Session {
    /// Reads snapshot and journal; what comes meanwhile waits.
    pub(super) fn load(&mut self, ctx: &mut Context<Self>) {
        let (ports, id) = (self.context.ports.clone(), self.id);
        let ring = u64::try_from(self.context.limits.session_ring_len).unwrap_or(0);
        let read = async move { read_history(&ports, id, ring).await };
        ctx.spawn(read.into_actor(self).map(|history, session, ctx| session.loaded(history, ctx)));
    }

    fn loaded(&mut self, history: Result<Option<History>, PortError>, ctx: &mut Context<Self>) {
        match history {
            Ok(Some(history)) => self.begin(history, ctx),
            Ok(None) => self.is_gone(ctx),
            Err(error) => {
                tracing::warn!(session.id = %self.id, error = ?error, "the session's history can't be read yet");
                self.refuse_early(&Refusal::overloaded());
                ctx.run_later(RELOAD_DELAY * 4, |session, ctx| session.load(ctx));
            }
        }
    }

    fn is_gone(&mut self, ctx: &mut Context<Self>) {
        let message = "This conversation does not exist any more. Begin a new one.";
        self.refuse_early(&Refusal::new(RefusalCode::SessionClosed, message));
        self.life.ends(ExitReason::Finished);
        ctx.stop();
    }

    fn begin(&mut self, history: History, ctx: &mut Context<Self>) {
        let mut meta = history.meta;
        self.owner = history.owner;
        if self.context.limits.acknowledge == Acknowledge::WhenQueued {
            // An earlier life may have published what was never stored: its positions prove nothing any more.
            meta.epoch =
                Epoch(format!("{}-{:08x}", meta.epoch, self.context.ports.dice.next_u64() >> 32).into());
        }
        let mut state = self.blank_state(meta);
        self.unanswered = state.recall(history.memory, &history.events).into();
        self.snapshot_seq = history.snapshot_seq;
        let early = self.activate(state);
        self.resume(ctx);
        self.catch_up(early, ctx);
    }

    fn blank_state(&self, meta: SessionMeta) -> SessionState {
        let rules = rules_of(&self.view, &self.context.limits);
        let transcript = Transcript::new(self.context.limits.session_ring_len);
        SessionState::new(meta, rules, transcript).counting_from(self.next_ticket)
    }

    fn activate(&mut self, state: SessionState) -> Vec<Early> {
        self.life.vital().set(VitalState::Running);
        match std::mem::replace(&mut self.stage, Stage::Active(Box::new(state))) {
            Stage::Loading(early) => early,
            Stage::Active(_) => Vec::new(),
        }
    }

    fn catch_up(&mut self, early: Vec<Early>, ctx: &mut Context<Self>) {
        for waiting in early {
            match waiting {
                Early::Attach(attach) => self.attach(attach, ctx),
                Early::Obey(obey) => self.obey(obey, ctx),
            }
        }
        self.rest_if_idle(ctx);
    }

    /// Answers what an earlier life left unanswered. Where no credit is at hand, the account is asked.
    fn resume(&mut self, ctx: &mut Context<Self>) {
        let mut effects = Vec::new();
        while !self.unanswered.is_empty() {
            let Stage::Active(state) = &mut self.stage else { break };
            let Some(reservation) = self.context.account.reserve() else {
                self.ask_to_resume(ctx);
                break;
            };
            self.held.push(reservation);
            if let Some((message_id, text)) = self.unanswered.pop_front() {
                state.resume(message_id, text, fresh_ids(&self.context.ports), &mut effects);
            }
        }
        self.enact(&mut effects, ctx);
        self.rest_if_idle(ctx);
    }

    fn ask_to_resume(&self, ctx: &mut Context<Self>) {
        let account = Arc::clone(&self.context.account);
        let refill = async move { account.refill().await };
        ctx.spawn(refill.into_actor(self).map(|refilled, session, ctx| match refilled {
            Ok(()) => session.resume(ctx),
            Err(refusal) if refusal.code.is_temporary() => {
                ctx.run_later(ASK_AGAIN, |session, ctx| session.resume(ctx));
            }
            Err(refusal) => session.decline(&refusal, ctx),
        }));
    }

    /// Says to both sides that the questions of an earlier life get no answer, and why.
    fn decline(&mut self, refusal: &Refusal, ctx: &mut Context<Self>) {
        let (mut effects, now) = (Vec::new(), self.context.ports.clock.now());
        let unanswered = std::mem::take(&mut self.unanswered);
        if let Stage::Active(state) = &mut self.stage {
            for (message_id, _) in unanswered {
                let fresh = fresh_ids(&self.context.ports);
                state.decline((message_id, fresh.answer_message_id), refusal, now, &mut effects);
            }
        }
        self.enact(&mut effects, ctx);
        self.rest_if_idle(ctx);
    }

    /// What is stored is not known: forget what is in memory and read again. Listeners are told to attach anew.
    pub(super) fn reload(&mut self, ctx: &mut Context<Self>) {
        if let Stage::Active(state) = &self.stage {
            if state.is_unstored() {
                return self.was_never_told_of(ctx);
            }
            self.next_ticket = state.next_ticket();
        }
        self.unanswered.clear();
        // What is owed is told before the listeners are sent to attach anew: the refusal of what could not be kept.
        self.listeners.flush();
        self.listeners = Listeners::default();
        self.stage = Stage::Loading(Vec::new());
        self.life.vital().set(VitalState::Loading);
        ctx.run_later(RELOAD_DELAY, |session, ctx| session.load(ctx));
    }

    /// The store was out of reach when the session was new. Those who are on their way to it are told, and begin another.
    fn was_never_told_of(&mut self, ctx: &mut Context<Self>) {
        self.draining = Draining::Yes;
        for attach in std::mem::take(&mut self.newcomers) {
            attach.answer(Err(Refusal::overloaded()));
        }
        ctx.run_later(RELOAD_DELAY, |session, ctx| {
            session.life.ends(ExitReason::Finished);
            ctx.stop();
        });
    }
}

/// All that is stored of a session.
struct History {
    meta: SessionMeta,
    owner: OwnerEpoch,
    memory: Option<Memory>,
    snapshot_seq: u64,
    events: Vec<Event>,
}

async fn read_history(ports: &Ports, id: SessionId, ring: u64) -> Result<Option<History>, PortError> {
    let Some(Opened { meta, owner }) = ports.journal.find(id).await? else { return Ok(None) };
    let memory = match ports.snapshots.load(snapshot::key(id)).await? {
        None => None,
        Some(stored) => snapshot::decode(&stored)
            .inspect_err(|error| {
                tracing::warn!(session.id = %id, error = ?error, "a snapshot is set aside; the journal has everything");
            })
            .ok(),
    };
    let snapshot_seq = memory.as_ref().map_or(0, |memory| memory.seq.0);
    let mut after = Seq(snapshot_seq.saturating_sub(ring));
    let mut events = Vec::new();
    loop {
        let tail = ports.journal.tail(id, after, TAIL_LEN).await?;
        let Some(last) = tail.last() else { break };
        after = last.seq;
        let whole = tail.len() < usize::try_from(TAIL_LEN).unwrap_or(usize::MAX);
        events.extend(tail);
        if whole {
            break;
        }
    }
    Ok(Some(History { meta, owner, memory, snapshot_seq, events }))
}
