//! What follows from the words of other nodes.

use std::sync::Arc;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};
use tokio::sync::mpsc;

use super::handle::relay;
use super::snapshot::{Away, Guest};
use super::state::Hearing;
use super::wire::{self, AskId, Heard, Place, Presence, Word};
use super::{Answer, Ask, Exchange};
use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{CloseReason, Command, Item, ListenerId, Outlet, Reply, Responder};
use crate::kernel::Undelivered;
use crate::model::{NodeId, Refusal};

/// Deliveries of one listener elsewhere that may wait here.
const DELIVERIES_MAX: usize = 256;

impl Exchange {
    pub(super) fn hear(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        match wire::decode(bytes) {
            Ok(Heard::News(from, news)) if from != self.cluster.node() => self.residents.follow(news),
            Ok(Heard::News(..)) => {}
            Ok(Heard::Frame(frame)) => {
                if self.lines.hear(frame.from, frame.n) == Hearing::Gap {
                    self.break_off(frame.from);
                    self.say(frame.from, Word::Reset, ctx);
                }
                frame.words.into_iter().for_each(|word| self.take(frame.from, word, ctx));
            }
            Err(error) => {
                tracing::warn!(error = ?error, "another node said something that is not understood");
            }
        }
    }

    fn take(&mut self, from: NodeId, word: Word, ctx: &mut Context<Self>) {
        match word {
            Word::Find(ask, place) => {
                let here = self.residents.session(place).is_some();
                let presence = if here { Presence::Here } else { Presence::Absent };
                self.say(from, Word::Found(ask, presence), ctx);
            }
            Word::Attach(ask, listener, place, since) => {
                self.let_in((from, listener), ask, (place, since), ctx);
            }
            Word::Detach(listener) => drop(self.guests.remove(&(from, listener))),
            Word::Obey(ask, listener, place, command) => {
                self.pass_in((from, listener), (ask, place), command, ctx);
            }
            Word::Deliver(listener, items) => self.deliver(from, listener, items, ctx),
            Word::Found(ask, presence) => {
                if let Some(Ask { answer: Answer::Presence(asker), .. }) = self.asks.remove(&ask) {
                    // Whoever asked may have gone.
                    let _ = asker.send(Some(presence));
                }
            }
            Word::Attached(ask, outcome) => self.attached(from, ask, outcome, ctx),
            Word::Obeyed(ask, outcome) => {
                if let Some((listener, item)) = self.answer(ask, outcome) {
                    self.hand_over(listener, vec![item], ctx);
                }
            }
            Word::Reset => self.break_off(from),
            Word::Beat => {}
        }
    }

    /// A listener elsewhere wants to hear a session here.
    fn let_in(
        &mut self,
        key: (NodeId, ListenerId),
        ask: AskId,
        (place, since): (Place, Since),
        ctx: &mut Context<Self>,
    ) {
        let Some(session) = self.residents.session(place) else {
            return self.say(key.0, Word::Attached(ask, Err(Refusal::interrupted())), ctx);
        };
        let (sender, receiver) = mpsc::channel(DELIVERIES_MAX);
        let outlet = Arc::new(Outlet::Channel(sender));
        let weak = Arc::downgrade(&outlet);
        let (to, attach) = (ctx.address(), (session.clone(), outlet, since));
        let relay = actix_rt::spawn(relay::relay(attach, receiver, (key, ask), to));
        self.guests.insert(key, Guest::new(session, weak, relay.abort_handle()));
    }

    /// Somebody elsewhere wishes something of a session here.
    fn pass_in(
        &mut self,
        (from, listener): (NodeId, Option<ListenerId>),
        (ask, place): (AskId, Place),
        command: Command,
        ctx: &mut Context<Self>,
    ) {
        if let Some(listener) = listener {
            let guest = self.guests.get(&(from, listener)).and_then(|guest| guest.responder(ask));
            return match guest {
                Some((session, responder)) => session.pass(command, responder),
                None => self.say(from, Word::Obeyed(ask, Err(Refusal::interrupted())), ctx),
            };
        }
        let Some(session) = self.residents.session(place) else {
            return self.say(from, Word::Obeyed(ask, Err(Refusal::interrupted())), ctx);
        };
        let obey = async move { session.command(command).await };
        ctx.spawn(obey.into_actor(self).map(move |outcome, exchange, ctx| {
            exchange.say(from, Word::Obeyed(ask, outcome), ctx);
        }));
    }

    fn attached(
        &mut self,
        from: NodeId,
        ask: AskId,
        outcome: Result<Box<Welcome>, Refusal>,
        ctx: &mut Context<Self>,
    ) {
        let Some(Ask { answer: Answer::Welcome(asker, outlet), listener: Some(listener), .. }) =
            self.asks.remove(&ask)
        else {
            return;
        };
        let outcome = outcome.map(|welcome| Welcome { listener, ..*welcome });
        let welcome = outcome.is_ok();
        let there = asker.send(outcome).is_ok();
        if welcome && there {
            self.away.insert(listener, Away::at(from, outlet));
        } else if welcome {
            self.say(from, Word::Detach(listener), ctx);
        }
    }

    /// Answers a command that was passed to another node. What is for a listener comes back.
    fn answer(&mut self, ask: AskId, outcome: Result<Reply, Refusal>) -> Option<(ListenerId, Item)> {
        match self.asks.remove(&ask)?.answer {
            Answer::Reply(responder) => Responder::answer(responder, outcome),
            Answer::Presence(_) | Answer::Welcome(..) => None,
        }
    }

    /// Hands a listener here what its session elsewhere has for it.
    fn deliver(&mut self, from: NodeId, listener: ListenerId, items: Vec<Item>, ctx: &mut Context<Self>) {
        let (mut due, mut end) = (Vec::with_capacity(items.len()), None);
        for item in items {
            match item {
                Item::Reply(ask, outcome) => due.extend(self.answer(ask, outcome).map(|(_, item)| item)),
                Item::Publication(_) => due.push(item),
                Item::Close(CloseReason::Removed) => end = Some(item),
                // The session goes on elsewhere, or here.
                Item::Close(_) | Item::Interrupted => end = Some(Item::Interrupted),
            }
        }
        if self.away.get(&listener).is_none_or(|away| away.node() != from) {
            if end.is_none() {
                self.say(from, Word::Detach(listener), ctx);
            }
            return;
        }
        match end {
            Some(end) => self.send_back(listener, due, end),
            None => self.hand_over(listener, due, ctx),
        }
    }

    fn hand_over(&mut self, listener: ListenerId, due: Vec<Item>, ctx: &mut Context<Self>) {
        let Some(away) = self.away.get(&listener) else { return };
        let node = away.node();
        match away.deliver(due) {
            Ok(()) => return,
            Err(Undelivered::Full) => {
                self.send_back(listener, Vec::new(), Item::Close(CloseReason::Slow));
            }
            Err(Undelivered::Closed) => {
                self.away.remove(&listener).into_iter().for_each(Away::forget);
                self.refuse_asks_of(listener);
            }
        }
        self.say(node, Word::Detach(listener), ctx);
    }

    /// Ends what a listener here hears from elsewhere. What it asked is refused before, since it hears no more after.
    pub(super) fn send_back(&mut self, listener: ListenerId, mut due: Vec<Item>, end: Item) {
        let Some(away) = self.away.remove(&listener) else { return };
        if !due.is_empty() {
            let _ = away.deliver(std::mem::take(&mut due));
        }
        self.refuse_asks_of(listener);
        away.end(vec![end]);
    }
}
