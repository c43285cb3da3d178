//! How an actor ends, and how its parent learns of it.

use std::sync::Arc;

use actix::{Message, Recipient};

use super::{ActorKey, Census, Vital, report};

/// Why an actor is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitReason {
    /// It did what it was there for.
    Finished,
    /// Nobody needed it; it can be had again from its snapshot.
    Idle,
    /// The process is shutting down.
    Drained,
    /// It gave up, for the reason said.
    Failed(String),
    /// Its code broke an assumption.
    Panicked,
}

impl ExitReason {
    /// Whether something went wrong.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Panicked)
    }
}

/// Which life of the same actor this is: 0 at first, one more at each restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

impl Generation {
    /// The life after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A child has ended.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ChildDown<K: Send + 'static> {
    /// Which.
    pub key: K,
    /// Which of its lives.
    pub generation: Generation,
    /// Why.
    pub reason: ExitReason,
}

/// The process shuts down: end, with nothing left half done.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Leave;

/// What a parent gives a child for the way.
pub struct Birth<K: Send + 'static> {
    /// How the parent knows the child.
    pub key: K,
    /// How everybody knows the child.
    pub actor: ActorKey,
    /// Who the parent is.
    pub parent: Option<ActorKey>,
    /// Which life this is.
    pub generation: Generation,
    /// Where to report the end.
    pub notify: Recipient<ChildDown<K>>,
    /// Where the living are listed.
    pub census: Census,
}

/// An actor's life: it stands in the census while this is held, and the parent is told when it is dropped, however
/// that comes about.
pub struct Life<K: Send + 'static> {
    key: Option<K>,
    vital: Arc<Vital>,
    generation: Generation,
    census: Census,
    notify: Recipient<ChildDown<K>>,
    reason: Option<ExitReason>,
}

impl<K: Send + 'static> Life<K> {
    /// Begins a life: the actor is listed from now on.
    #[must_use]
    pub fn begin(birth: Birth<K>) -> Self {
        let vital = birth.census.register(birth.actor, birth.parent, birth.generation);
        Self {
            key: Some(birth.key),
            vital,
            generation: birth.generation,
            census: birth.census,
            notify: birth.notify,
            reason: None,
        }
    }

    /// What others see of it.
    #[must_use]
    pub fn vital(&self) -> &Arc<Vital> {
        &self.vital
    }

    /// Which life this is.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// Reports to a new parent from now on.
    pub fn report_to(&mut self, notify: Recipient<ChildDown<K>>) {
        self.notify = notify;
    }

    /// Says why the actor is about to stop. The first reason counts.
    pub fn ends(&mut self, reason: ExitReason) {
        self.reason.get_or_insert(reason);
    }
}

impl<K: Send + 'static> Drop for Life<K> {
    fn drop(&mut self) {
        let reason = if std::thread::panicking() {
            ExitReason::Panicked
        } else {
            self.reason.take().unwrap_or_else(|| ExitReason::Failed("stopped without a reason".into()))
        };
        self.census.remove(&self.vital, &reason);
        if let Some(key) = self.key.take() {
            // One notice a life: bounded by construction, and there is nobody to wait for in a drop.
            report(&self.notify, ChildDown { key, generation: self.generation, reason });
        }
    }
}
