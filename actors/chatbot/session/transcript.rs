//! The history of a session as its single writer holds it: positions, known messages, the newest events.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{ClientId, Event, EventBody, MessageId, Publication, Seq};

/// A message that was accepted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its position.
    pub seq: Seq,
    /// Its id.
    pub message_id: MessageId,
}

/// What a client that comes back has missed.
#[derive(Debug)]
pub enum Missed {
    /// These, without a hole.
    Here(Vec<Arc<Publication>>),
    /// More than is at hand: the store has the rest.
    InStore,
    /// The client knows positions that this history never had.
    Never,
}

/// Positions, known messages and the newest events.
#[derive(Debug, Default)]
pub struct Transcript {
    assigned: Seq,
    published: Seq,
    /// By a 64-bit fingerprint of the client's id, kept for the whole conversation: 32 bytes a message. Two ids of one
    /// conversation of a million messages share a fingerprint with a chance of 3 in 10^8.
    known: HashMap<u64, Known>,
    ring: VecDeque<Arc<Publication>>,
    ring_len: usize,
}

impl Transcript {
    /// An empty history that keeps `ring_len` events at hand.
    #[must_use]
    pub fn new(ring_len: usize) -> Self {
        Self { ring_len, ..Self::default() }
    }

    /// Takes the next position.
    pub const fn assign(&mut self) -> Seq {
        self.assigned = self.assigned.next();
        self.assigned
    }

    /// The last position that was given out.
    #[must_use]
    pub const fn assigned(&self) -> Seq {
        self.assigned
    }

    /// The last position that listeners know.
    #[must_use]
    pub const fn published(&self) -> Seq {
        self.published
    }

    /// Remembers a visitor's message from the moment it has a position.
    pub fn remember(&mut self, client_id: &ClientId, known: Known) {
        self.known.insert(fingerprint(client_id), known);
    }

    /// The message with that client id, if it was accepted before.
    #[must_use]
    pub fn find(&self, client_id: &ClientId) -> Option<Known> {
        self.known.get(&fingerprint(client_id)).copied()
    }

    /// All known messages by fingerprint, for the snapshot.
    pub fn known(&self) -> impl Iterator<Item = (u64, Known)> {
        self.known.iter().map(|(&fingerprint, &known)| (fingerprint, known))
    }

    /// Takes known messages over from a snapshot that goes up to `seq`.
    pub fn restore(&mut self, seq: Seq, known: impl Iterator<Item = (u64, Known)>) {
        self.assigned = self.assigned.max(seq);
        self.published = self.published.max(seq);
        self.known.extend(known);
    }

    /// Publishes an event that is durable now.
    pub fn publish(&mut self, event: &Event) -> Arc<Publication> {
        let publication = Arc::new(Publication::durable(event));
        if let EventBody::Message(message) = &event.body
            && let Some(client_id) = &message.client_id
        {
            self.remember(client_id, Known { seq: event.seq, message_id: message.message_id });
        }
        self.assigned = self.assigned.max(event.seq);
        self.published = self.published.max(event.seq);
        self.ring.push_back(Arc::clone(&publication));
        if self.ring.len() > self.ring_len {
            self.ring.pop_front();
        }
        publication
    }

    /// What comes after `after`.
    #[must_use]
    pub fn missed(&self, after: Seq) -> Missed {
        if after > self.published {
            return Missed::Never;
        }
        let first_at_hand = self.ring.front().and_then(|first| first.offset);
        let whole = after == self.published || first_at_hand.is_some_and(|first| first <= after.next());
        if !whole {
            return Missed::InStore;
        }
        let later = self.ring.iter().filter(|publication| publication.offset > Some(after));
        Missed::Here(later.cloned().collect())
    }

    /// All that comes after `after`: events from the store followed by what is at hand, if together they have no hole.
    #[must_use]
    pub fn fill(&self, after: Seq, stored: &[Event]) -> Option<Vec<Arc<Publication>>> {
        let mut missed: Vec<_> = stored.iter().map(|event| Arc::new(Publication::durable(event))).collect();
        let last = stored.last().map_or(after, |event| event.seq);
        if last < self.published {
            let Missed::Here(rest) = self.missed(last) else { return None };
            missed.extend(rest);
        }
        // What the store has beyond the published position will be published in its turn.
        missed.retain(|publication| publication.offset <= Some(self.published));
        let gapless = (1..).zip(&missed).all(|(n, publication)| publication.offset == Some(Seq(after.0 + n)));
        gapless.then_some(missed)
    }

    /// The newest events at hand, oldest first.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &Arc<Publication>> {
        self.ring.iter()
    }
}

/// SipHash-1-3 with fixed keys: the same in every life, as snapshots carry it.
fn fingerprint(client_id: &ClientId) -> u64 {
    let mut hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().build_hasher();
    hasher.write(client_id.as_str().as_bytes());
    hasher.finish()
}
