//! How a session touches the world: the only place in its folder that uses ports.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};

use super::command::{Command, Reply};
use super::handle::Obey;
use super::outlet::Responder;
use super::state::{CommandId, Credit, Effect, FreshIds, Input, SessionState, Ticket};
use super::{Early, Session, Stage, Writer, snapshot};
use crate::answer::{AnswerTask, OfferedTools, write_answer};
use crate::journal::{Append, Promise};
use crate::kernel::{ExitReason, VitalState};
use crate::model::{AnswerId, MessageId, Publication, PublicationData, Refusal, Role, Seq, SessionMeta};
use crate::ports::{PortError, Ports, Record, RecordBody, Turn};

impl Session {
    /// Does what the state wants done, in order, and hands over what the listeners are owed.
    pub(super) fn enact(&mut self, effects: &mut Vec<Effect>, ctx: &mut Context<Self>) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Reply(id, outcome) => {
                    if let Some(responder) = self.responders.remove(&id) {
                        self.respond(responder, outcome);
                    }
                }
                Effect::Publish(publication) => {
                    #[cfg(feature = "faults")]
                    super::leak::to_a_neighbour(self.id, &publication);
                    self.listeners.owe_all(&publication);
                }
                Effect::Stream(piece) => self.stream(&piece),
                Effect::Keep(ticket, body) => self.keep(ticket, body, ctx),
                Effect::StartAnswer(question) => self.start_answer(question, ctx),
                Effect::CancelAnswer => drop(self.writer.take()),
                Effect::Release => drop(self.held.pop()),
                Effect::Reload => self.reload(ctx),
            }
        }
        self.listeners.flush();
        self.save_now_and_then(ctx);
    }

    pub(super) fn respond(&mut self, responder: Responder, outcome: Result<Reply, Refusal>) {
        if !self.listeners.has(&responder) {
            // Its listener was sent away and has not come back yet: the answer is its own all the same.
            return responder.answer_at_once(outcome);
        }
        if let Some((listener, item)) = responder.answer(outcome) {
            self.listeners.owe(listener, item);
        }
    }

    fn stream(&mut self, piece: &Arc<Publication>) {
        let Stage::Active(state) = &self.stage else { return };
        self.listeners.owe_piece(piece, || state.draft());
    }

    pub(super) fn carry_out(
        &mut self,
        command: Command,
        credit: Credit,
        responder: Responder,
        ctx: &mut Context<Self>,
    ) {
        let id = CommandId(self.commands);
        self.commands += 1;
        self.responders.insert(id, responder);
        let fresh = fresh_ids(&self.context.ports);
        self.apply(Input::Command { id, command, fresh, credit }, ctx);
    }

    /// Lets a command wait while the account is asked for more credits.
    pub(super) fn wait_for_credit(
        &mut self,
        command: Command,
        responder: Responder,
        ctx: &mut Context<Self>,
    ) {
        if self.unpaid.len() >= self.context.limits.session_questions_max {
            self.respond(responder, Err(Refusal::overloaded()));
            return self.listeners.flush();
        }
        self.unpaid.push_back((command, responder));
        if self.unpaid.len() == 1 {
            self.ask_for_credit(ctx);
        }
    }

    fn ask_for_credit(&mut self, ctx: &mut Context<Self>) {
        let account = Arc::clone(&self.context.account);
        let refill = async move { account.refill().await };
        ctx.spawn(refill.into_actor(self).map(|refilled, session, ctx| session.refilled(refilled, ctx)));
    }

    fn refilled(&mut self, refilled: Result<(), Refusal>, ctx: &mut Context<Self>) {
        if let Stage::Loading(early) = &mut self.stage {
            // The history is being read again: what waited for a credit waits for it as well, before what came later.
            let waiting = self.unpaid.drain(..);
            let waiting = waiting.map(|(command, responder)| Early::Obey(Obey { command, responder }));
            early.splice(0..0, waiting);
            return;
        }
        while let Some((command, responder)) = self.unpaid.pop_front() {
            let wanted = matches!(&self.stage, Stage::Active(state) if state.wants_credit(&command));
            let credit = match (wanted, self.context.account.reserve(), &refilled) {
                (false, _, _) => Credit::NotNeeded,
                (true, Some(reservation), _) => {
                    self.held.push(reservation);
                    Credit::Held
                }
                (true, None, Err(refusal)) => Credit::Refused(refusal.clone()),
                (true, None, Ok(())) => {
                    // Others were quicker to take what was granted.
                    self.unpaid.push_front((command, responder));
                    return self.ask_for_credit(ctx);
                }
            };
            self.carry_out(command, credit, responder, ctx);
        }
    }

    fn keep(&mut self, ticket: Ticket, body: RecordBody, ctx: &mut Context<Self>) {
        let Stage::Active(state) = &self.stage else { return };
        let credit = if body.is_answer() { self.held.pop() } else { None };
        #[cfg(feature = "faults")]
        let body = crate::kernel::mutant::misbilled(body);
        let record = self.record(body, state.meta());
        let promise = Promise::new(ctx.address().recipient(), ticket, credit);
        self.context.journal.append(Append { record, promise });
    }

    fn record(&self, body: RecordBody, meta: &SessionMeta) -> Record {
        let SessionMeta { account_id, chatbot_id, .. } = *meta;
        Record { session_id: self.id, account_id, chatbot_id, owner: self.owner, body }
    }

    fn start_answer(&mut self, question: super::state::Question, ctx: &mut Context<Self>) {
        let Stage::Active(state) = &self.stage else { return };
        let turns_max = usize::try_from(self.view.record.config.behaviour.history_messages_max).unwrap_or(0);
        let (visitor, tools) = (&state.meta().visitor, &self.view.record.config.tools);
        let task = AnswerTask {
            answer_id: question.answer_id,
            turns: turns(state, question.message_id, turns_max),
            question: question.text,
            view: Arc::clone(&self.view),
            providers: Arc::clone(&self.context.ports.providers),
            tools: OfferedTools::to(visitor, tools, &self.context.ports.tools),
            timeout: self.context.limits.answer_timeout,
            fail_over_within: self.context.limits.answer_fail_over_within,
            passages_max: self.context.limits.answer_passages_max,
            follow_ups: self.view.record.config.behaviour.follow_ups,
        };
        let writing = actix_rt::spawn(write_answer(task, ctx.address().recipient()));
        self.writer = Some(Writer(writing.abort_handle()));
    }

    fn save_now_and_then(&mut self, ctx: &mut Context<Self>) {
        let Stage::Active(state) = &self.stage else { return };
        if state.seq().0 >= self.snapshot_seq + self.context.limits.session_snapshot_events {
            let save = self.save();
            ctx.spawn(save.into_actor(self));
        }
    }

    fn save(&mut self) -> impl Future<Output = ()> + use<> {
        let snapshot = match &self.stage {
            Stage::Active(state) if state.seq() > Seq::START => Some(snapshot::encode(&state.memory())),
            _ => None,
        };
        if let Some(Ok(snapshot)) = &snapshot {
            self.snapshot_seq = snapshot.seq;
        }
        let (snapshots, id) = (Arc::clone(&self.context.ports.snapshots), self.id);
        async move {
            let saved = match snapshot {
                Some(Ok(snapshot)) => snapshots.save(snapshot::key(id), snapshot).await,
                Some(Err(error)) => Err(PortError::permanent("snapshots", error)),
                None => Ok(()),
            };
            if let Err(error) = saved {
                // Nothing is lost: the journal has every event.
                tracing::warn!(session.id = %id, error = ?error, "the session's snapshot could not be saved");
            }
        }
    }

    pub(super) fn save_and_stop(&mut self, ctx: &mut Context<Self>) {
        let save = self.save();
        ctx.wait(save.into_actor(self).map(|(), _, ctx| ctx.stop()));
    }

    /// Ends a conversation that was deleted. A snapshot that was being saved meanwhile must not outlive it.
    pub(super) fn clear_and_stop(&mut self, ctx: &mut Context<Self>) {
        let (snapshots, id) = (Arc::clone(&self.context.ports.snapshots), self.id);
        let clear = async move { snapshots.forget(snapshot::key(id)).await };
        ctx.wait(clear.into_actor(self).map(|cleared, session, ctx| {
            if let Err(error) = cleared {
                tracing::warn!(session.id = %session.id, error = ?error, "the snapshot of a deleted session is left");
            }
            ctx.stop();
        }));
    }

    /// Somebody is there again.
    pub(super) fn wake(&mut self, ctx: &mut Context<Self>) {
        for waiting in [self.idle.take(), self.unheard.take()].into_iter().flatten() {
            ctx.cancel_future(waiting);
        }
    }

    /// A session that nobody listens to and that has nothing under way leaves memory after a while.
    pub(super) fn rest_if_idle(&mut self, ctx: &mut Context<Self>) {
        if self.idle.is_some() || !self.is_idle() {
            return;
        }
        let idle = ctx.run_later(self.context.limits.session_idle, |session, ctx| {
            session.idle = None;
            if session.is_idle() {
                session.life.ends(ExitReason::Idle);
                session.life.vital().set(VitalState::Stopping);
                session.save_and_stop(ctx);
            }
        });
        self.idle = Some(idle);
    }

    fn is_idle(&self) -> bool {
        let quiet = matches!(&self.stage, Stage::Active(state) if state.is_quiet());
        let nothing_waits = self.unpaid.is_empty() && self.unanswered.is_empty();
        quiet && nothing_waits && self.listeners.is_empty() && self.draining == super::Draining::No
    }
}

pub(super) fn fresh_ids(ports: &Ports) -> FreshIds {
    let now = ports.clock.now();
    FreshIds {
        message_id: MessageId::from_uuid(ports.dice.id(now)),
        answer_message_id: MessageId::from_uuid(ports.dice.id(now)),
        answer_id: AnswerId::from_uuid(ports.dice.id(now)),
    }
}

/// The newest messages before the question, oldest first.
fn turns(state: &SessionState, question: MessageId, turns_max: usize) -> Vec<Turn> {
    let messages = state.transcript().recent().rev().filter_map(|publication| match &publication.data {
        PublicationData::Message { message_id, role, text, .. }
            if *message_id != question && *role != Role::System =>
        {
            Some(Turn { role: *role, text: text.clone() })
        }
        _ => None,
    });
    let mut turns: Vec<_> = messages.take(turns_max).collect();
    turns.reverse();
    turns
}
