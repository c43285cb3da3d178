//! Everybody alive, as one table that can be read without asking anybody.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use dashmap::DashMap;
use serde::Serialize;
use uuid::Uuid;

use super::{ExitReason, Generation};

/// The kinds of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// The root.
    Supervisor,
    /// One a live chatbot.
    Chatbot,
    /// One a conversation.
    Session,
    /// One a billing account.
    Billing,
    /// One a job.
    Ingestion,
    /// One a thread that serves sessions.
    Journal,
    /// The only one.
    Schedule,
    /// The only one of a process that shares the conversations with others.
    Exchange,
}

impl ActorKind {
    /// All kinds, for reports.
    pub const ALL: [Self; 8] = [
        Self::Supervisor,
        Self::Chatbot,
        Self::Session,
        Self::Billing,
        Self::Ingestion,
        Self::Journal,
        Self::Schedule,
        Self::Exchange,
    ];

    /// The word in documents and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Chatbot => "chatbot",
            Self::Session => "session",
            Self::Billing => "billing",
            Self::Ingestion => "ingestion",
            Self::Journal => "journal",
            Self::Schedule => "schedule",
            Self::Exchange => "exchange",
        }
    }
}

/// An actor's name: its kind and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorKey {
    /// What it is.
    pub kind: ActorKind,
    /// Which one.
    pub id: Uuid,
}

/// What an actor is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum VitalState {
    /// Reading its snapshot.
    Loading = 0,
    /// At work.
    Running = 1,
    /// On its way out.
    Stopping = 2,
}

/// What others see of a living actor.
#[derive(Debug)]
pub struct Vital {
    key: ActorKey,
    parent: Option<ActorKey>,
    generation: Generation,
    state: AtomicU8,
    depth: AtomicU32,
}

impl Vital {
    /// Says what the actor is about.
    pub fn set(&self, state: VitalState) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    #[cfg(any(test, feature = "faults"))]
    pub(super) const fn key(&self) -> ActorKey {
        self.key
    }

    pub(super) const fn generation(&self) -> Generation {
        self.generation
    }

    /// A message was put into its mailbox.
    pub(super) fn told(&self) {
        self.depth.fetch_add(1, Ordering::Relaxed);
    }

    /// A message was taken out of its mailbox.
    pub fn took(&self) {
        let depth = &self.depth;
        let _ = depth.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |depth| depth.checked_sub(1));
    }

    fn state(&self) -> VitalState {
        match self.state.load(Ordering::Relaxed) {
            0 => VitalState::Loading,
            1 => VitalState::Running,
            _ => VitalState::Stopping,
        }
    }
}

#[derive(Debug, Default)]
struct Totals {
    restarts: AtomicU64,
    panics: AtomicU64,
    refusals: AtomicU64,
}

#[derive(Debug, Default)]
struct Shared {
    living: DashMap<ActorKey, Arc<Vital>>,
    totals: DashMap<ActorKind, Totals>,
}

/// The table of the living, shared by all actors of one engine.
#[derive(Debug, Clone, Default)]
pub struct Census(Arc<Shared>);

/// An actor with everybody below it.
#[derive(Debug, Clone, Serialize)]
pub struct Tree {
    /// What it is.
    pub kind: ActorKind,
    /// Which one.
    pub id: Uuid,
    /// What it is about.
    pub state: VitalState,
    /// Which life this is.
    pub generation: u32,
    /// How often it was restarted.
    pub restarts: u32,
    /// Messages waiting.
    pub mailbox: u32,
    /// Those it supervises, the newest first; at most [`Tree::CHILDREN_MAX`].
    pub children: Vec<Tree>,
    /// How many more it supervises.
    pub more: usize,
}

impl Tree {
    /// How many children of one parent are shown.
    pub const CHILDREN_MAX: usize = 200;
}

/// Numbers of one kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    /// Which kind.
    pub kind: ActorKind,
    /// How many live.
    pub living: u64,
    /// Messages in their mailboxes.
    pub mailbox_depth: u64,
    /// Restarts since the process began.
    pub restarts: u64,
    /// Panics since the process began.
    pub panics: u64,
    /// Messages that a full mailbox refused since the process began.
    pub refusals: u64,
}

impl Census {
    pub(super) fn register(
        &self,
        key: ActorKey,
        parent: Option<ActorKey>,
        generation: Generation,
    ) -> Arc<Vital> {
        let vital = Arc::new(Vital {
            key,
            parent,
            generation,
            state: AtomicU8::new(VitalState::Running as u8),
            depth: AtomicU32::new(0),
        });
        if generation > Generation(0) {
            self.0.totals.entry(key.kind).or_default().restarts.fetch_add(1, Ordering::Relaxed);
        }
        self.0.living.insert(key, Arc::clone(&vital));
        vital
    }

    pub(super) fn remove(&self, vital: &Arc<Vital>, reason: &ExitReason) {
        if *reason == ExitReason::Panicked {
            self.0.totals.entry(vital.key.kind).or_default().panics.fetch_add(1, Ordering::Relaxed);
        }
        // A successor may stand here already: only its own entry is taken away.
        self.0.living.remove_if(&vital.key, |_, listed| Arc::ptr_eq(listed, vital));
    }

    pub(super) fn refused(&self, kind: ActorKind) {
        self.0.totals.entry(kind).or_default().refusals.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether somebody of that name lives.
    #[must_use]
    pub fn knows(&self, key: ActorKey) -> bool {
        self.0.living.contains_key(&key)
    }

    /// Which life of somebody is at work now.
    #[cfg(any(test, feature = "faults"))]
    pub(crate) fn generation_at_work(&self, key: ActorKey) -> Option<Generation> {
        let living = self.0.living.get(&key)?;
        (living.state() == VitalState::Running).then_some(living.generation)
    }

    /// How many live.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.living.len()
    }

    /// Whether nobody lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.living.is_empty()
    }

    /// Numbers by kind.
    #[must_use]
    pub fn count(&self) -> Vec<KindCount> {
        let mut sums: HashMap<ActorKind, (u64, u64)> = HashMap::new();
        for vital in &self.0.living {
            let sum = sums.entry(vital.key.kind).or_default();
            sum.0 += 1;
            sum.1 += u64::from(vital.depth.load(Ordering::Relaxed));
        }
        ActorKind::ALL.map(|kind| self.count_of(kind, sums.get(&kind).copied().unwrap_or_default())).to_vec()
    }

    fn count_of(&self, kind: ActorKind, (living, mailbox_depth): (u64, u64)) -> KindCount {
        let totals = self.0.totals.get(&kind);
        let read = |pick: fn(&Totals) -> &AtomicU64| {
            totals.as_ref().map_or(0, |totals| pick(totals).load(Ordering::Relaxed))
        };
        KindCount {
            kind,
            living,
            mailbox_depth,
            restarts: read(|totals| &totals.restarts),
            panics: read(|totals| &totals.panics),
            refusals: read(|totals| &totals.refusals),
        }
    }

    /// The tree below `root`, if it lives.
    #[must_use]
    pub fn tree(&self, root: ActorKey) -> Option<Tree> {
        let mut below: HashMap<ActorKey, Vec<Arc<Vital>>> = HashMap::new();
        for entry in &self.0.living {
            if let Some(parent) = entry.parent {
                below.entry(parent).or_default().push(Arc::clone(entry.value()));
            }
        }
        let vital = self.0.living.get(&root).map(|entry| Arc::clone(entry.value()))?;
        Some(grow(&vital, &mut below))
    }
}

fn grow(vital: &Vital, below: &mut HashMap<ActorKey, Vec<Arc<Vital>>>) -> Tree {
    let mut children = below.remove(&vital.key).unwrap_or_default();
    children.sort_by(|a, b| (a.key.kind, b.key.id).cmp(&(b.key.kind, a.key.id)));
    let more = children.len().saturating_sub(Tree::CHILDREN_MAX);
    Tree {
        kind: vital.key.kind,
        id: vital.key.id,
        state: vital.state(),
        generation: vital.generation.0,
        restarts: vital.generation.0,
        mailbox: vital.depth.load(Ordering::Relaxed),
        children: children.iter().take(Tree::CHILDREN_MAX).map(|child| grow(child, below)).collect(),
        more,
    }
}
