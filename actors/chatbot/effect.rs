//! How a chatbot touches the world: it reads its view and starts its sessions.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};
use actix_rt::ArbiterHandle;

use super::session::handle::{Adopt, Follow};
use super::session::{Opening, Session, SessionHandle};
use super::state::{Effect, Read};
use super::{Chatbot, ChatbotView, Finder, Opened, snapshot};
use crate::kernel::{ActorKey, ActorKind, Birth, Child, ExitReason, Mailbox, VitalState, start_on};
use crate::model::{ChatbotId, Publication, PublicationData, Refusal, RefusalCode, SessionId};
use crate::ports::{PortError, Ports};

/// How long a chatbot waits before it reads again what could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// The chatbot as it is stored, or none where it does not exist.
pub(crate) async fn read_view(ports: &Ports, id: ChatbotId) -> Result<Option<ChatbotView>, PortError> {
    let Some(record) = ports.catalog.find(id).await? else { return Ok(None) };
    let chunks = ports.knowledge.chunks(id).await?;
    let build = tokio::task::spawn_blocking(move || snapshot::rebuild(record, chunks));
    let view = build.await.map_err(|panic| PortError::permanent("knowledge", panic))?;
    let finder = Finder::load(&ports.retrieval, id, &view.index).await?;
    Ok(Some(view.finding_with(finder)))
}

impl Chatbot {
    /// Takes over the sessions that an earlier life of this chatbot has left.
    pub(super) fn adopt(&mut self, ctx: &mut Context<Self>) {
        self.reach.sessions().retain(|id, session| {
            let Some(mailbox) = session.local().cloned() else { return false };
            let adopted =
                mailbox.is_open() && mailbox.tell(Adopt { notify: ctx.address().recipient() }).is_ok();
            if adopted {
                self.sessions.started(*id, mailbox);
            }
            adopted
        });
    }

    pub(super) fn open(
        &mut self,
        opening: Opening,
        arbiter: &ArbiterHandle,
        ctx: &mut Context<Self>,
    ) -> Opened {
        let id = match &opening {
            Opening::New(meta) => meta.session_id,
            Opening::Known(id) => *id,
        };
        match self.sessions.get(&id) {
            Some(Child::Live(mailbox)) if mailbox.is_open() => {
                return Ok(SessionHandle::new(id, mailbox.clone()));
            }
            Some(Child::Restarting | Child::Live(_)) => return Err(Refusal::interrupted()),
            Some(Child::Isolated(until)) if *until > self.began.elapsed() => return Err(isolated()),
            Some(Child::Isolated(_)) => self.sessions.forget(&id),
            None => {}
        }
        if self.sessions.len() >= self.reach.context().limits.chatbot_sessions_max {
            return Err(Refusal::overloaded());
        }
        Ok(self.start(id, opening, arbiter, ctx))
    }

    pub(super) fn start(
        &mut self,
        id: SessionId,
        opening: Opening,
        arbiter: &ArbiterHandle,
        ctx: &mut Context<Self>,
    ) -> SessionHandle {
        let context = Arc::clone(self.reach.context());
        let census = context.census.clone();
        if let (Some(exchange), Opening::New(_)) = (&context.exchange, &opening) {
            exchange.hold(id);
        }
        let birth = Birth {
            key: id,
            actor: ActorKey { kind: ActorKind::Session, id: id.as_uuid() },
            parent: Some(ActorKey { kind: ActorKind::Chatbot, id: self.reach.id().as_uuid() }),
            generation: self.sessions.generation(&id),
            notify: ctx.address().recipient(),
            census: census.clone(),
        };
        let session = Session::new(birth, opening, context);
        let vital = Arc::clone(session.life().vital());
        let addr = start_on(arbiter, session, self.reach.context().limits.session_mailbox_len);
        let mailbox = Mailbox::new(addr, ActorKind::Session, vital, census);
        self.sessions.started(id, mailbox.clone());
        let handle = SessionHandle::new(id, mailbox);
        self.reach.sessions().insert(id, handle.clone());
        handle
    }

    pub(super) fn carry_out(
        &self,
        effect: Option<Effect>,
        read: Option<ChatbotView>,
        ctx: &mut Context<Self>,
    ) {
        match (effect, read) {
            (Some(Effect::Read), _) => self.read(ctx),
            (Some(Effect::Publish), Some(view)) => self.reach.context().view.store(Arc::new(view)),
            (Some(Effect::PublishConfig), Some(view)) => {
                let public = (*view.public).clone();
                self.reach.context().view.store(Arc::new(view));
                let publication = Arc::new(Publication::ephemeral(PublicationData::Config(Box::new(public))));
                for (id, session) in self.sessions.live() {
                    if session.tell(Follow { publication: Arc::clone(&publication) }).is_err() {
                        tracing::debug!(session.id = %id, "the session follows the new configuration at its next turn");
                    }
                }
            }
            _ => {}
        }
    }

    fn read(&self, ctx: &mut Context<Self>) {
        let (ports, id) = (self.reach.context().ports.clone(), self.reach.id());
        let read = async move { read_view(&ports, id).await };
        ctx.spawn(read.into_actor(self).map(|read, chatbot, ctx| {
            let (found, view) = match read {
                Ok(Some(view)) => (Read::Found(view.record.config_version), Some(view)),
                Ok(None) => (Read::Gone, None),
                Err(error) => {
                    tracing::warn!(chatbot.id = %chatbot.reach.id(), error = ?error, "the chatbot can't be read now");
                    (Read::Failed, None)
                }
            };
            let (publish, again) = chatbot.state.read(found);
            if publish == Some(Effect::Retire) {
                return chatbot.retire(ctx);
            }
            chatbot.carry_out(publish, view, ctx);
            chatbot.tell_followers(found);
            if again.is_some() {
                let delay = if found == Read::Failed { READ_AGAIN } else { Duration::ZERO };
                ctx.run_later(delay, |chatbot, ctx| chatbot.read(ctx));
            }
        }));
    }

    fn tell_followers(&mut self, found: Read) {
        if found != Read::Failed {
            for follower in self.followers.now.drain(..) {
                // Whoever waited may have given up.
                let _ = follower.send(());
            }
        }
        // The next reading, if there is one, begins now.
        let next = std::mem::take(&mut self.followers.next);
        self.followers.now.extend(next);
    }

    /// The chatbot was deleted: so are its conversations.
    fn retire(&mut self, ctx: &mut Context<Self>) {
        use super::session::CloseReason;
        let at_once = super::handle::DrainAll {
            grace: Duration::ZERO,
            spread: Duration::ZERO,
            first_after: Duration::ZERO,
        };
        self.drain_sessions(at_once, CloseReason::Removed);
        self.stop_when_alone(ExitReason::Finished, ctx);
    }

    /// Ends all sessions, one after the other, so that their visitors don't all come back at once.
    pub(super) fn drain_sessions(
        &mut self,
        drain: super::handle::DrainAll,
        reason: super::session::CloseReason,
    ) {
        let super::handle::DrainAll { grace, spread, first_after } = drain;
        self.draining = super::Draining::Yes;
        self.life.vital().set(VitalState::Stopping);
        let count = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX).max(1);
        for (nth, (_, session)) in (0_u32..).zip(self.sessions.live()) {
            let turn = first_after + spread.mul_f64(f64::from(nth) / f64::from(count));
            let close_after = if turn < spread { turn } else { turn.saturating_sub(spread) };
            // One message a session: bounded by construction, and none may miss it.
            session.entrust(super::session::handle::Drain { grace, close_after, reason });
        }
    }

    pub(super) fn stop_when_alone(&mut self, reason: ExitReason, ctx: &mut Context<Self>) {
        if self.sessions.live().next().is_none() {
            self.life.ends(reason);
            return ctx.stop();
        }
        ctx.run_later(Duration::from_millis(10), move |chatbot, ctx| chatbot.stop_when_alone(reason, ctx));
    }

    pub(super) fn rest_if_idle(&mut self, ctx: &mut Context<Self>) {
        self.sessions.forget_rested(self.began.elapsed());
        if self.sessions.is_empty() && self.draining == super::Draining::No {
            self.life.ends(ExitReason::Idle);
            ctx.stop();
        }
    }
}

fn isolated() -> Refusal {
    let message =
        "This conversation failed repeatedly and rests for a moment. Nothing that was stored is lost.";
    Refusal::new(RefusalCode::ChatbotNotReady, message).retry_after(Duration::from_secs(30))
}
