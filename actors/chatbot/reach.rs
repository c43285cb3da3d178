//! A chatbot as others hold it. It outlives the actor: what reads the view or tells a session does not notice when
//! the actor behind it is restarted.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use dashmap::DashMap;
use tokio::sync::oneshot;

use super::session::handle::Drain;
use super::session::{CloseReason, Opening, SessionContext, SessionHandle, session_snapshot};
use super::{Chatbot, ChatbotView, OpenSession, Opened};
use crate::billing::AccountHandle;
use crate::exchange::wire::{News, Place};
use crate::kernel::{Mailbox, Undelivered};
use crate::model::{AccountId, ChatbotId, Refusal, RefusalCode, SessionId};
use crate::ports::PortError;

/// The way to a chatbot.
pub struct ChatbotHandle {
    id: ChatbotId,
    account_id: AccountId,
    context: Arc<SessionContext>,
    mailbox: ArcSwapOption<Mailbox<Chatbot>>,
    sessions: DashMap<SessionId, SessionHandle>,
}

impl ChatbotHandle {
    pub(crate) fn new(id: ChatbotId, account_id: AccountId, context: Arc<SessionContext>) -> Self {
        Self { id, account_id, context, mailbox: ArcSwapOption::empty(), sessions: DashMap::new() }
    }

    /// Which chatbot.
    #[must_use]
    pub const fn id(&self) -> ChatbotId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// Who pays for its answers.
    #[must_use]
    pub fn account(&self) -> &AccountHandle {
        &self.context.account
    }

    /// The configuration and index in force.
    #[must_use]
    pub fn view(&self) -> Arc<ChatbotView> {
        self.context.view.load_full()
    }

    /// A session that lives, without asking anybody.
    #[must_use]
    pub fn live_session(&self, id: SessionId) -> Option<SessionHandle> {
        self.sessions.get(&id).map(|session| session.clone()).filter(SessionHandle::is_open)
    }

    /// The session, wherever it lives; started on the caller's thread where it does not live yet.
    ///
    /// # Errors
    /// When the chatbot is full, busy or being restarted, or the session is out of reach.
    pub async fn session(&self, opening: Opening) -> Opened {
        if let Opening::Known(id) = opening {
            if let Some(session) = self.live_session(id) {
                return Ok(session);
            }
            if let Some(exchange) = &self.context.exchange
                && let Some(elsewhere) = exchange.locate(self.place(id)).await?
            {
                return Ok(SessionHandle::elsewhere(id, elsewhere));
            }
        }
        self.session_here(opening).await
    }

    async fn session_here(&self, opening: Opening) -> Opened {
        let arbiter = actix_rt::Arbiter::current();
        let (asker, answer) = oneshot::channel();
        self.tell(OpenSession { opening, arbiter, asker }).map_err(|undelivered| match undelivered {
            Undelivered::Full => Refusal::overloaded(),
            Undelivered::Closed => restarting(),
        })?;
        answer.await.unwrap_or_else(|_| Err(restarting()))
    }

    /// Ends a session's life after it was deleted from the store: nothing more is written of it, its listeners are sent
    /// away, and its snapshot is cleared away wherever one lies.
    ///
    /// # Errors
    /// When the snapshot can't be cleared away; the life ends all the same.
    pub async fn forget_session(&self, id: SessionId) -> Result<(), PortError> {
        self.end_session(id, CloseReason::Removed);
        if let Some(exchange) = &self.context.exchange {
            exchange.announce(News::SessionErased(self.place(id)));
        }
        self.context.ports.snapshots.forget(session_snapshot(id)).await
    }

    /// Ends a session's life here at once, if it lives.
    pub(crate) fn end_session(&self, id: SessionId, reason: CloseReason) {
        if let Some((_, session)) = self.sessions.remove(&id)
            && let Some(mailbox) = session.local()
        {
            // One message a deletion or a change of owners.
            mailbox.entrust(Drain { grace: Duration::ZERO, close_after: Duration::ZERO, reason });
        }
    }

    /// The sessions that live here.
    pub(crate) fn live_sessions(&self) -> Vec<SessionId> {
        self.sessions.iter().filter(|session| session.is_open()).map(|session| *session.key()).collect()
    }

    const fn place(&self, session: SessionId) -> Place {
        Place { chatbot: self.id, session }
    }

    /// Tells the actor something.
    pub(crate) fn tell<M>(&self, message: M) -> Result<(), Undelivered>
    where
        M: actix::Message + Send + 'static,
        M::Result: Send,
        Chatbot: actix::Handler<M>,
    {
        let mailbox = self.mailbox.load();
        mailbox.as_ref().map_or(Err(Undelivered::Closed), |mailbox| mailbox.tell(message))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.mailbox.load().as_ref().is_some_and(|mailbox| mailbox.is_open())
    }

    /// Ends the sessions in place of the actor.
    pub(crate) fn drain_sessions(&self, grace: Duration) {
        let drain = Drain { grace, close_after: Duration::ZERO, reason: CloseReason::Shutdown };
        for session in &self.sessions {
            // One message a session: bounded by construction, and none may miss it.
            session.local().into_iter().for_each(|mailbox| mailbox.entrust(drain.clone()));
        }
    }

    /// Its sessions that live in this process.
    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn session_mailboxes(&self) -> Vec<Mailbox<super::session::Session>> {
        self.sessions.iter().filter_map(|session| session.local().cloned()).collect()
    }

    pub(crate) fn moved_to(&self, mailbox: Mailbox<Chatbot>) {
        self.mailbox.store(Some(Arc::new(mailbox)));
    }

    pub(super) const fn context(&self) -> &Arc<SessionContext> {
        &self.context
    }

    pub(super) const fn sessions(&self) -> &DashMap<SessionId, SessionHandle> {
        &self.sessions
    }
}

fn restarting() -> Refusal {
    let message = "The chatbot is being restarted. Try again in a moment.";
    Refusal::new(RefusalCode::ChatbotNotReady, message).retry_after(Duration::from_millis(200))
}
