//! How the exchange touches the world: it speaks on its lines, renews its lease, and says who lives here.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context, StreamHandler};
use futures_util::stream;
use tokio::time::Instant;

use super::deaf::Hearing;
use super::wire::{self, AskId, News, Word};
use super::{Answer, Ask, Busy, Exchange, HOLD_AGAIN, LOOKS_PER_BEAT, LOOKS_PER_LEASE};
use crate::chatbot::session::ListenerId;
use crate::model::NodeId;
use crate::ports::{Arrival, PortError, Pulse, Reach};

/// How often a silent node is spoken to.
const DOUBT_EVERY: Duration = Duration::from_millis(100);

impl Exchange {
    /// Opens this node's line.
    pub(super) fn listen(&self, ctx: &mut Context<Self>) {
        let line = self.cluster.listen();
        let arrivals =
            stream::unfold(line, |mut line| async move { line.recv().await.map(|arrival| (arrival, line)) });
        Self::add_stream(arrivals, ctx);
    }

    /// Says a word to a node, after all that was said to it before.
    pub(super) fn say(&mut self, to: NodeId, word: Word, ctx: &mut Context<Self>) {
        self.lines.say(to, word);
        self.depart(to, ctx);
    }

    fn depart(&mut self, to: NodeId, ctx: &mut Context<Self>) {
        let Some((n, words)) = self.lines.depart(to) else { return };
        let cluster = Arc::clone(&self.cluster);
        let frame = wire::encode(cluster.node(), n, words);
        let send = async move {
            let frame = frame.map_err(|error| PortError::permanent("cluster", error))?;
            cluster.send(to, frame).await
        };
        ctx.spawn(send.into_actor(self).map(move |sent, exchange, ctx| {
            exchange.lines.departed(to);
            match sent {
                Ok(Reach::Taken) => exchange.deaf.taken(to),
                Ok(Reach::Nobody) => exchange.nobody_took(to, ctx),
                Err(error) => {
                    tracing::debug!(node.id = %to, error = ?error, "a frame to another node is lost");
                    exchange.break_off(to);
                }
            }
            exchange.depart(to, ctx);
        }));
    }

    /// Asks a node something.
    pub(super) fn ask(&mut self, ask: Ask, word: impl FnOnce(AskId) -> Word, ctx: &mut Context<Self>) {
        self.last_ask = self.last_ask.wrapping_add(1);
        let (id, to) = (self.last_ask, ask.to);
        self.asks.insert(id, ask);
        self.say(to, word(id), ctx);
    }

    /// A node's line is closed. Whoever looks for a session there is told so.
    fn nobody_took(&mut self, node: NodeId, ctx: &mut Context<Self>) {
        self.deaf.nobody(node);
        self.doubt(node, ctx);
        let asked =
            self.asks.extract_if(|_, ask| ask.to == node && matches!(ask.answer, Answer::Presence(_)));
        for (_, ask) in asked {
            if let Answer::Presence(asker) = ask.answer {
                let _ = asker.send(None);
            }
        }
        self.break_off(node);
    }

    /// Says something to a silent node again and again, until somebody takes it or its lease has surely run out.
    fn doubt(&mut self, node: NodeId, ctx: &mut Context<Self>) {
        if self.doubted.contains_key(&node) {
            return;
        }
        let until = Instant::now() + self.cluster.lease();
        let doubt = ctx.run_interval(DOUBT_EVERY, move |exchange, ctx| {
            if exchange.deaf.hearing(node) == Hearing::Hears || Instant::now() >= until {
                if let Some(doubt) = exchange.doubted.remove(&node) {
                    ctx.cancel_future(doubt);
                }
            } else {
                exchange.say(node, Word::Beat, ctx);
            }
        });
        self.doubted.insert(node, doubt);
    }

    /// Gives up whatever hangs on a line. Refusals come first: a listener that is told to attach again hears no more.
    pub(super) fn break_off(&mut self, node: NodeId) {
        self.asks.retain(|_, ask| ask.to != node);
        self.away.retain(|_, away| away.node() != node);
        self.guests.retain(|(home, _), _| *home != node);
    }

    /// Refuses what a listener has under way elsewhere.
    pub(super) fn refuse_asks_of(&mut self, listener: ListenerId) {
        self.asks.retain(|_, ask| ask.listener != Some(listener));
    }

    fn hangs_on(&self, node: NodeId) -> bool {
        self.away.values().any(|away| away.node() == node)
            || self.guests.keys().any(|(home, _)| *home == node)
    }

    /// Time has passed.
    pub(super) fn look(&mut self, ctx: &mut Context<Self>) {
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(LOOKS_PER_BEAT) {
            self.beat(ctx);
        }
        self.expire(Instant::now(), ctx);
        let look = self.lines.look(LOOKS_PER_LEASE);
        for node in look.overdue {
            self.break_off(node);
            self.lines.forget(node);
        }
        for node in look.owed.into_iter().filter(|node| self.hangs_on(*node)).collect::<Vec<_>>() {
            self.say(node, Word::Beat, ctx);
        }
        let again = u128::from(self.looks) * self.look_every().as_millis() % HOLD_AGAIN.as_millis();
        if again < self.look_every().as_millis() {
            self.unheld = self.residents.sessions();
        }
        self.hold(ctx);
    }

    /// Gives up questions that were not answered in time.
    fn expire(&mut self, now: Instant, ctx: &mut Context<Self>) {
        let late: Vec<AskId> =
            self.asks.iter().filter(|(_, ask)| ask.until <= now).map(|(id, _)| *id).collect();
        for id in late {
            let Some(Ask { to, answer, listener, .. }) = self.asks.remove(&id) else { continue };
            // The other end may have let the listener in all the same.
            if let (Answer::Welcome(..), Some(listener)) = (&answer, listener) {
                self.say(to, Word::Detach(listener), ctx);
            }
        }
    }

    /// Renews this node's lease.
    pub(super) fn beat(&mut self, ctx: &mut Context<Self>) {
        if self.beating == Busy::Yes {
            return;
        }
        self.beating = Busy::Yes;
        let cluster = Arc::clone(&self.cluster);
        let beat = async move { cluster.beat().await };
        ctx.spawn(beat.into_actor(self).map(|pulse, exchange, ctx| {
            exchange.beating = Busy::No;
            match pulse {
                Ok(Pulse::Steady) => {}
                Ok(Pulse::Lapsed) => exchange.lapsed(ctx),
                Err(error) => {
                    tracing::warn!(error = ?error, "this node's lease can't be renewed now; its own sessions go on");
                }
            }
        }));
    }

    /// This node was away for the others. What it owned may be another's, and it may have missed anything.
    fn lapsed(&mut self, ctx: &mut Context<Self>) {
        tracing::warn!("this node's lease had lapsed: it looks again at what it owns");
        self.unheld = self.residents.sessions();
        self.hold(ctx);
        self.begin_anew();
    }

    /// Whatever crosses between nodes begins anew.
    pub(super) fn begin_anew(&mut self) {
        for node in self.lines.nodes() {
            self.break_off(node);
        }
        self.residents.refresh();
    }

    /// Says which sessions live here, and ends those that another node has taken.
    pub(super) fn hold(&mut self, ctx: &mut Context<Self>) {
        if self.holding == Busy::Yes || self.unheld.is_empty() {
            return;
        }
        self.holding = Busy::Yes;
        let (cluster, sessions) = (Arc::clone(&self.cluster), std::mem::take(&mut self.unheld));
        let hold = async move { (cluster.hold(&sessions).await, sessions) };
        ctx.spawn(hold.into_actor(self).map(|(held, sessions), exchange, _| {
            exchange.holding = Busy::No;
            match held {
                Ok(lost) => lost.into_iter().for_each(|session| exchange.residents.give_up(session)),
                Err(_) => exchange.unheld.extend(sessions),
            }
        }));
    }

    /// Tells every node.
    pub(super) fn announce(&self, news: News, ctx: &mut Context<Self>) {
        let cluster = Arc::clone(&self.cluster);
        let announce = async move {
            let bytes = wire::encode_news(cluster.node(), news);
            let bytes = bytes.map_err(|error| PortError::permanent("cluster", error))?;
            cluster.announce(bytes).await
        };
        ctx.spawn(announce.into_actor(self).map(move |announced, _, _| {
            if let Err(error) = announced {
                // They read everything again when they can be reached.
                tracing::warn!(?news, error = ?error, "the other nodes could not be told");
            }
        }));
    }
}

impl StreamHandler<Arrival> for Exchange {
    fn handle(&mut self, arrival: Arrival, ctx: &mut Context<Self>) {
        match arrival {
            Arrival::Frame(bytes) => self.hear(&bytes, ctx),
            Arrival::Broken => {
                tracing::warn!("the line to the other nodes was interrupted");
                self.begin_anew();
            }
        }
    }

    /// The line ends only when a later life has opened another.
    fn finished(&mut self, _: &mut Context<Self>) {}
}
