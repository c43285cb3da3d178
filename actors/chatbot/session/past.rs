//! How a session gets its past back: from snapshot and journal, with the questions that still want an answer.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};

use super::effect::fresh_ids;
use super::listeners::Listeners;
use super::recording::Recorder;
use super::replay::Beginning;
use super::state::{Input, Memory};
use super::{Draining, Early, Session, Stage, rules_of, snapshot};
use crate::kernel::{ExitReason, VitalState};
use crate::limits::Acknowledge;
use crate::model::{Epoch, Event, OwnerEpoch, Refusal, RefusalCode, Seq, SessionId, SessionMeta};
use crate::ports::{Claim, Opened, PortError, Ports, Snapshot, Standing, Waking, Woken};

/// Events that are read from the store at once.
const TAIL_LEN: u32 = 500;
/// How long a session waits before it reads its history again because it can't trust what it knows.
const RELOAD_DELAY: Duration = Duration::from_millis(50);
/// How long it waits when the history could not be read: at first, and at most.
const READ_AGAIN: Duration = Duration::from_millis(100);
const READ_AGAIN_MAX: Duration = Duration::from_secs(1);
/// How long a question of an earlier life waits before its account is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl Session {
    /// Reads snapshot and journal, once all that an earlier life had under way is stored or given up: read before, the
    /// history would lack it, and this life would write in its place. What comes meanwhile waits.
    pub(super) fn load(&mut self, ctx: &mut Context<Self>) {
        self.read(READ_AGAIN, ctx);
    }

    fn read(&self, again: Duration, ctx: &mut Context<Self>) {
        let (ports, id) = (self.context.ports.clone(), self.id);
        let ring = u64::try_from(self.context.limits.session_ring_len).unwrap_or(0);
        let (journal, readings) = (self.context.journal.clone(), Arc::clone(&self.context.readings));
        let read = async move {
            journal.settled(id).await;
            // Nobody closes it; were it closed, everybody would have a turn.
            let _turn = readings.acquire().await;
            read_history(&ports, id, ring).await
        };
        ctx.spawn(read.into_actor(self).map(move |history, session, ctx| match history {
            Ok(past) => session.loaded(past, ctx),
            Err(error) => {
                tracing::warn!(session.id = %session.id, error = ?error, "the session's history can't be read yet");
                session.refuse_early(&Refusal::overloaded());
                ctx.run_later(again, move |session, ctx| session.read((again * 2).min(READ_AGAIN_MAX), ctx));
            }
        }));
    }

    fn loaded(&mut self, past: Past, ctx: &mut Context<Self>) {
        match past {
            Past::Known(history) => self.begin(*history, ctx),
            Past::Elsewhere => self.is_elsewhere(ctx),
            Past::Unknown => self.is_gone(ctx),
        }
    }

    fn is_gone(&mut self, ctx: &mut Context<Self>) {
        let message = "This conversation does not exist any more. Begin a new one.";
        self.refuse_early(&Refusal::new(RefusalCode::SessionClosed, message));
        self.life.ends(ExitReason::Finished);
        ctx.stop();
    }

    /// Another process owns the session: whoever waits looks for it again, and finds it there.
    fn is_elsewhere(&mut self, ctx: &mut Context<Self>) {
        self.refuse_early(&Refusal::interrupted());
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
        self.snapshot_seq = history.snapshot_seq;
        let beginning = self.beginning(meta);
        let early = self.activate(Beginning { memory: history.memory, events: history.events, ..beginning });
        self.resume(ctx);
        self.catch_up(early, ctx);
    }

    /// A life without a past.
    fn beginning(&self, meta: SessionMeta) -> Beginning {
        let rules = rules_of(&self.view, &self.context.limits);
        let ring_len = self.context.limits.session_ring_len;
        Beginning { first_ticket: self.next_ticket, ..Beginning::first(meta, rules, ring_len) }
    }

    fn activate(&mut self, beginning: Beginning) -> Vec<Early> {
        self.life.vital().set(VitalState::Running);
        self.recorder = Recorder::begin(&self.context.ports, &beginning);
        let (state, unanswered) = beginning.state();
        self.unanswered = unanswered.into();
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
        while !self.unanswered.is_empty() && matches!(self.stage, Stage::Active(_)) {
            let Some(reservation) = self.context.account.reserve() else {
                self.ask_to_resume(ctx);
                break;
            };
            self.held.push(reservation);
            if let Some((message_id, text)) = self.unanswered.pop_front() {
                let fresh = fresh_ids(&self.context.ports);
                self.apply(Input::Resumed { message_id, text, fresh }, ctx);
            }
        }
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
        for (message_id, _) in std::mem::take(&mut self.unanswered) {
            let notice_id = fresh_ids(&self.context.ports).answer_message_id;
            self.apply(Input::Declined { message_id, notice_id, refusal: refusal.clone() }, ctx);
        }
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
        self.recorder = None;
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

/// What is to be known of a session.
enum Past {
    /// All of it.
    Known(Box<History>),
    /// It was never stored.
    Unknown,
    /// Another process owns it.
    Elsewhere,
}

/// Reads all there is. Among several processes this one becomes the session's owner before: what is read then is all
/// that there will be, but for what it writes itself.
async fn read_history(ports: &Ports, id: SessionId, ring: u64) -> Result<Past, PortError> {
    let standing = match &ports.cluster {
        None => Standing::Owner,
        Some(cluster) => match cluster.claim(id, None).await {
            Ok(Claim::Owned(_)) => return Ok(Past::Elsewhere),
            // Where the others are out of reach the store alone decides: whoever owned the session is fenced off.
            Ok(Claim::Mine | Claim::Unsettled) | Err(_) => Standing::NewOwner,
        },
    };
    let at_hand = ports.snapshots.at_hand(snapshot::key(id)).await;
    let at_hand = at_hand.and_then(|snapshot| remembered(id, &snapshot));
    let remembers = at_hand.as_ref().map_or(Seq::START, |memory| memory.seq);
    let Some(woken) = ports.journal.wake(Waking { session: id, standing, remembers, ring }).await? else {
        return Ok(Past::Unknown);
    };
    let Woken { opened: Opened { meta, owner }, last, snapshot, mut events } = woken;
    let memory = match snapshot.map(|snapshot| remembered(id, &snapshot)) {
        None => at_hand,
        Some(Some(memory)) => Some(memory),
        Some(None) => {
            // The events that came along begin where that memory would have ended.
            events.clear();
            at_hand
        }
    };
    let snapshot_seq = memory.as_ref().map_or(0, |memory| memory.seq.0);
    read_on(ports, id, Seq(snapshot_seq.saturating_sub(ring)), last, &mut events).await?;
    Ok(Past::Known(Box::new(History { meta, owner, memory, snapshot_seq, events })))
}

fn remembered(id: SessionId, snapshot: &Snapshot) -> Option<Memory> {
    let memory = snapshot::decode(snapshot).inspect_err(|error| {
        tracing::warn!(session.id = %id, error = ?error, "a snapshot is set aside; the journal has everything");
    });
    memory.ok()
}

/// Reads the events up to the last that did not come along.
async fn read_on(
    ports: &Ports,
    id: SessionId,
    from: Seq,
    last: Seq,
    events: &mut Vec<Event>,
) -> Result<(), PortError> {
    loop {
        let after = events.last().map_or(from, |event| event.seq);
        if after >= last {
            return Ok(());
        }
        let tail = ports.journal.tail(id, after, TAIL_LEN).await?;
        if tail.is_empty() {
            return Ok(());
        }
        events.extend(tail);
    }
}
