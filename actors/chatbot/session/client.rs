//! A session as others hold it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::{mpsc, oneshot};

use super::Session;
use super::command::{Command, Reply};
use super::handle::{Attach, Detach, Obey, Since, Welcome};
use super::outlet::{Delivery, Item, ListenerId, Outlet, Responder};
use crate::exchange::Elsewhere;
use crate::kernel::{Mailbox, Undelivered};
use crate::model::{Publication, Refusal, SessionId};

/// The way to a live session, wherever it lives. Cheap to clone; when the session's life ends, get a new one from the
/// chatbot.
#[derive(Debug, Clone)]
pub struct SessionHandle {
    id: SessionId,
    home: Home,
}

#[derive(Debug, Clone)]
enum Home {
    /// In this process.
    Here(Mailbox<Session>),
    /// In another one.
    Elsewhere(Box<Elsewhere>),
}

impl SessionHandle {
    pub(crate) const fn new(id: SessionId, mailbox: Mailbox<Session>) -> Self {
        Self { id, home: Home::Here(mailbox) }
    }

    pub(crate) fn elsewhere(id: SessionId, elsewhere: Elsewhere) -> Self {
        Self { id, home: Home::Elsewhere(Box::new(elsewhere)) }
    }

    /// The session's own mailbox, where it lives in this process.
    pub(crate) const fn local(&self) -> Option<&Mailbox<Session>> {
        match &self.home {
            Home::Here(mailbox) => Some(mailbox),
            Home::Elsewhere(_) => None,
        }
    }

    /// The mailbox of a session that must live in this process.
    #[cfg(test)]
    pub(crate) fn mailbox(&self) -> &Mailbox<Session> {
        self.local().expect("the session lives here")
    }

    /// Which session.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Whether this life of the session goes on. What happens in another process is not known at once.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.local().is_none_or(Mailbox::is_open)
    }

    /// Attaches a listener.
    ///
    /// # Errors
    /// When the session is full, busy, or ended before it could answer.
    pub async fn attach(&self, outlet: Arc<Outlet>, since: Since) -> Result<Welcome, Refusal> {
        let (sender, receiver) = oneshot::channel();
        let told = match &self.home {
            Home::Here(mailbox) => mailbox.tell(Attach::new(outlet, since, sender)),
            Home::Elsewhere(elsewhere) => elsewhere.attach(outlet, since, sender),
        };
        told.map_err(refusal)?;
        receiver.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    /// Takes a listener away.
    pub fn detach(&self, listener: ListenerId) {
        match &self.home {
            // One message a listener: bounded by construction, and a full mailbox must not keep a dead listener.
            Home::Here(mailbox) => mailbox.entrust(Detach { listener }),
            Home::Elsewhere(elsewhere) => elsewhere.detach(listener),
        }
    }

    /// Passes on a command of an attached listener. The answer reaches it as a delivery, also when this fails.
    pub fn pass(&self, command: Command, responder: Responder) {
        // A refused message is dropped, and its responder answers.
        if let Err(Undelivered::Full) = self.tell(command, responder) {
            tracing::debug!(session.id = %self.id, "the session's mailbox is full");
        }
    }

    /// Carries out a command and waits for its answer.
    ///
    /// # Errors
    /// When the session refuses, is busy, or ended before it could answer.
    pub async fn command(&self, command: Command) -> Result<Reply, Refusal> {
        let (sender, receiver) = oneshot::channel();
        let responder = Responder::asker(sender);
        self.tell(command, responder).map_err(refusal)?;
        receiver.await.unwrap_or_else(|_| Err(Refusal::interrupted()))
    }

    fn tell(&self, command: Command, responder: Responder) -> Result<(), Undelivered> {
        match &self.home {
            Home::Here(mailbox) => mailbox.tell(Obey { command, responder }),
            Home::Elsewhere(elsewhere) => elsewhere.pass(command, responder),
        }
    }

    /// Everything that the session publishes from now on.
    ///
    /// # Errors
    /// As for [`Self::attach`].
    pub async fn listen(&self) -> Result<Listening, Refusal> {
        let (sender, receiver) = mpsc::channel(Listening::DELIVERIES_MAX);
        let welcome = self.attach(Arc::new(Outlet::Channel(sender)), Since::Now).await?;
        Ok(Listening {
            session: self.clone(),
            listener: welcome.listener,
            receiver,
            ready: Vec::new().into_iter(),
        })
    }
}

fn refusal(undelivered: Undelivered) -> Refusal {
    match undelivered {
        Undelivered::Full => Refusal::overloaded(),
        Undelivered::Closed => Refusal::interrupted(),
    }
}

/// A stream of a session's publications. It ends when the session's life ends; dropping it detaches.
#[derive(Debug)]
pub struct Listening {
    session: SessionHandle,
    listener: ListenerId,
    receiver: mpsc::Receiver<Delivery>,
    ready: std::vec::IntoIter<Item>,
}

impl Listening {
    /// Deliveries that may wait before pieces are left out.
    const DELIVERIES_MAX: usize = 256;
}

impl Stream for Listening {
    type Item = Arc<Publication>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.ready.next() {
                Some(Item::Publication(publication)) => return Poll::Ready(Some(publication)),
                Some(Item::Reply(..)) => {}
                Some(Item::Close(_) | Item::Interrupted) => return Poll::Ready(None),
                None => match self.receiver.poll_recv(cx) {
                    Poll::Ready(Some(Delivery(items))) => self.ready = items.into_iter(),
                    Poll::Ready(None) => return Poll::Ready(None),
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.session.detach(self.listener);
    }
}
