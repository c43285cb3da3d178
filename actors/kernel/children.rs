//! The table of a parent's children.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use actix::Actor;

use super::{ChildDown, Generation, Mailbox, RestartHistory, RestartPolicy, Verdict};

/// A child as its parent sees it.
#[derive(Debug)]
pub enum Child<A: Actor> {
    /// At work.
    Live(Mailbox<A>),
    /// Ended; a new life begins after a delay.
    Restarting,
    /// Ended too often; left alone until the moment said (time since the parent's start).
    Isolated(Duration),
}

struct Entry<A: Actor> {
    child: Child<A>,
    generation: Generation,
    history: RestartHistory,
}

/// A parent's children, each with its restart history. One table: whoever starts, restarts, tells or ends all of
/// them iterates here.
pub struct Children<K, A: Actor> {
    policy: RestartPolicy,
    entries: HashMap<K, Entry<A>>,
}

impl<K: Hash + Eq + Clone + Send + 'static, A: Actor> Children<K, A> {
    /// No children yet; `policy` will hold for each.
    #[must_use]
    pub fn new(policy: RestartPolicy) -> Self {
        Self { policy, entries: HashMap::new() }
    }

    /// The child, if it is known.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Child<A>> {
        self.entries.get(key).map(|entry| &entry.child)
    }

    /// The generation that a child started now would have.
    #[must_use]
    pub fn generation(&self, key: &K) -> Generation {
        self.entries.get(key).map_or(Generation(0), |entry| entry.generation)
    }

    /// Enters a child that was just started, or taken over in whichever of its lives it is.
    pub fn started(&mut self, key: K, mailbox: Mailbox<A>) {
        let entry = self.entries.entry(key).or_insert_with(|| Entry {
            child: Child::Restarting,
            generation: Generation(0),
            history: RestartHistory::default(),
        });
        entry.generation = mailbox.generation();
        entry.child = Child::Live(mailbox);
    }

    /// Takes note of an end and says what to do. A notice of an earlier life than the current one changes nothing.
    pub fn down(&mut self, notice: &ChildDown<K>, now: Duration, chance: u64) -> Verdict {
        let Some(entry) = self.entries.get_mut(&notice.key) else {
            return Verdict::Leave;
        };
        if entry.generation != notice.generation {
            return Verdict::Leave;
        }
        let verdict = entry.history.judge(&self.policy, &notice.reason, now, chance);
        match verdict {
            Verdict::Leave => {
                self.entries.remove(&notice.key);
            }
            Verdict::RestartAfter(_) => {
                entry.generation = entry.generation.next();
                entry.child = Child::Restarting;
            }
            Verdict::GiveUp => {
                entry.generation = entry.generation.next();
                entry.child = Child::Isolated(now + self.policy.window);
            }
        }
        verdict
    }

    /// Forgets a child that is not live.
    pub fn forget(&mut self, key: &K) {
        if !matches!(self.get(key), Some(Child::Live(_))) {
            self.entries.remove(key);
        }
    }

    /// Forgets children whose isolation is over and that nobody asked for since.
    pub fn forget_rested(&mut self, now: Duration) {
        self.entries.retain(|_, entry| !matches!(entry.child, Child::Isolated(until) if until <= now));
    }

    /// The live ones.
    pub fn live(&self) -> impl Iterator<Item = (&K, &Mailbox<A>)> {
        self.entries.iter().filter_map(|(key, entry)| match &entry.child {
            Child::Live(mailbox) => Some((key, mailbox)),
            Child::Restarting | Child::Isolated(_) => None,
        })
    }

    /// How many are known, live or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
