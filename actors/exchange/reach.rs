//! The exchange as others hold it, and sessions elsewhere as a [`SessionHandle`](crate::chatbot::session::SessionHandle)
//! holds them.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Exchange;
use super::deaf::{Deaf, Hearing};
use super::handle::{Announce, AttachAway, DetachAway, Find, Hold, ObeyAway};
use super::wire::{News, Place, Presence};
use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{Command, ListenerId, Outlet, Responder};
use crate::kernel::{Mailbox, Undelivered};
use crate::model::{NodeId, Refusal, RefusalCode, SessionId};
use crate::ports::{Claim, Cluster};

/// The way to the exchange. It outlives the actor.
pub struct ExchangeHandle {
    cluster: Arc<dyn Cluster>,
    deaf: Arc<Deaf>,
    mailbox: ArcSwapOption<Mailbox<Exchange>>,
}

/// How long somebody who looks for a session waits before looking again, while its owner is silent and its lease runs:
/// at first, and at most. Many look at once when a node has died.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOK_AGAIN_MAX: Duration = Duration::from_millis(400);
/// Over how long the conversations of a dead node come back.
const COME_BACK_WITHIN: Duration = Duration::from_millis(400);
/// What a lease may run over: its last renewal may have been under way.
const BEYOND_LEASE: Duration = Duration::from_secs(1);

impl ExchangeHandle {
    /// The way to an exchange that is not there yet.
    pub(crate) fn new(cluster: Arc<dyn Cluster>) -> Self {
        Self { cluster, deaf: Arc::default(), mailbox: ArcSwapOption::empty() }
    }

    pub(super) const fn cluster(&self) -> &Arc<dyn Cluster> {
        &self.cluster
    }

    pub(super) const fn deaf(&self) -> &Arc<Deaf> {
        &self.deaf
    }

    pub(crate) fn moved_to(&self, mailbox: Mailbox<Exchange>) {
        self.mailbox.store(Some(Arc::new(mailbox)));
    }

    /// Where a session is: elsewhere, or none when it is this process's to start. Waits for an owner that does not
    /// answer to count as dead.
    ///
    /// # Errors
    /// When the shared memory is out of reach, or the owner neither answers nor dies. Both pass.
    pub(crate) async fn locate(self: &Arc<Self>, place: Place) -> Result<Option<Elsewhere>, Refusal> {
        let until = Instant::now() + self.cluster.lease() + BEYOND_LEASE;
        let (mut without, mut pause) = (None, LOOK_AGAIN);
        while Instant::now() < until {
            let claim = self.cluster.claim(place.session, without).await.map_err(|error| {
                tracing::warn!(session.id = %place.session, error = ?error, "it can't be said where a session is");
                not_found()
            })?;
            let absent = match claim {
                Claim::Mine => return Ok(None),
                Claim::Unsettled => None,
                Claim::Owned(node) => match self.find(node, place).await {
                    Found::Here => {
                        return Ok(Some(Elsewhere { exchange: Arc::clone(self), node, place }));
                    }
                    Found::Absent => Some(node),
                    Found::Silence => None,
                },
            };
            if absent.is_none() || absent == without {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LOOK_AGAIN_MAX);
            }
            without = absent;
        }
        Err(not_found())
    }

    /// Whether the session lives on that node.
    async fn find(&self, node: NodeId, place: Place) -> Found {
        if self.deaf.hearing(node) != Hearing::Hears {
            return self.after_doubt(node, place).await;
        }
        let (asker, answer) = oneshot::channel();
        if self.tell(Find { node, place, asker }).is_err() {
            return Found::Silence;
        }
        match answer.await {
            Ok(Some(Presence::Here)) => Found::Here,
            Ok(Some(Presence::Absent)) => Found::Absent,
            Ok(None) => self.after_doubt(node, place).await,
            Err(_) => Found::Silence,
        }
    }

    /// Waits until it is known whether the node is dead. All who wait hear it in the same moment and would come back in the
    /// same moment: each comes a little later, at a time that is its own.
    async fn after_doubt(&self, node: NodeId, place: Place) -> Found {
        if self.deaf.decided(node).await != Hearing::Dead {
            return Found::Silence;
        }
        tokio::time::sleep(COME_BACK_WITHIN.mul_f64(spread(place.session))).await;
        Found::Absent
    }

    /// A session begins here.
    pub(crate) fn hold(&self, session: SessionId) {
        if self.tell(Hold { session }).is_err() {
            tracing::debug!(session.id = %session, "the other nodes learn later that a session lives here");
        }
    }

    /// Tells every other node.
    pub(crate) fn announce(&self, news: News) {
        if self.tell(Announce { news }).is_err() {
            tracing::warn!(?news, "the other nodes could not be told");
        }
    }

    pub(crate) fn tell<M>(&self, message: M) -> Result<(), Undelivered>
    where
        M: actix::Message + Send + 'static,
        M::Result: Send,
        Exchange: actix::Handler<M>,
    {
        let mailbox = self.mailbox.load();
        mailbox.as_ref().map_or(Err(Undelivered::Closed), |mailbox| mailbox.tell(message))
    }
}

/// What asking a node for a session has brought.
enum Found {
    /// It lives there.
    Here,
    /// It does not, or the node is dead.
    Absent,
    /// Nothing.
    Silence,
}

/// A number from 0 to 1, always the same for one session and evenly spread over all of them: the random part of its id.
fn spread(session: SessionId) -> f64 {
    let random = u16::try_from(session.as_uuid().as_u128() & 0xffff).unwrap_or(0);
    f64::from(random) / f64::from(u16::MAX)
}

fn not_found() -> Refusal {
    let message = "The conversation can't be reached just now. Try again in a moment.";
    Refusal::new(RefusalCode::Overloaded, message).retry_after(Duration::from_secs(1))
}

/// A session on another node.
#[derive(Clone)]
pub struct Elsewhere {
    exchange: Arc<ExchangeHandle>,
    node: NodeId,
    place: Place,
}

impl std::fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elsewhere")
            .field("node", &self.node)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Elsewhere {
    pub(crate) fn attach(
        &self,
        outlet: Arc<Outlet>,
        since: Since,
        asker: oneshot::Sender<Result<Welcome, Refusal>>,
    ) -> Result<(), Undelivered> {
        self.exchange.tell(AttachAway { node: self.node, place: self.place, outlet, since, asker })
    }

    pub(crate) fn detach(&self, listener: ListenerId) {
        if let Some(mailbox) = self.exchange.mailbox.load().as_ref() {
            // One message a listener: bounded by construction, and a full mailbox must not keep a dead listener.
            mailbox.entrust(DetachAway { listener });
        }
    }

    pub(crate) fn pass(&self, command: Command, responder: Responder) -> Result<(), Undelivered> {
        self.exchange.tell(ObeyAway { node: self.node, place: self.place, command, responder })
    }
}
