//! Positions: without holes, in the order of sending, and the same for everybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conversation, Event, Findings, Kind, Promise, Stored};

pub(super) fn check(conversation: &Conversation, found: &mut Findings) {
    positions(conversation, found);
    sending(conversation, found);
    published_is_stored(conversation, found);
}

fn positions(conversation: &Conversation, found: &mut Findings) {
    let seqs: Vec<u64> = conversation.stored.iter().map(|message| message.seq).collect();
    if !seqs.is_sorted_by(|one, next| one < next) {
        found.broken(Promise::InOrder, format!("positions come twice or out of order: {seqs:?}"));
    }
    let ids: BTreeSet<&str> = conversation.stored.iter().map(|message| message.message_id.as_str()).collect();
    if ids.len() < conversation.stored.len() {
        found.broken(Promise::StoredOnce, "two messages have one id");
    }
    if conversation.was_told_of_a_gap() {
        // Changes of state are seen on the socket alone, and some may have fallen into the gap.
        return;
    }
    let mut taken: BTreeSet<u64> = seqs.iter().copied().collect();
    taken.extend(conversation.voices().keys());
    let last = taken.last().copied().unwrap_or_default();
    let holes: Vec<u64> = (1..=last).filter(|seq| !taken.contains(seq)).collect();
    if !holes.is_empty() {
        found.broken(Promise::InOrder, format!("nothing has the positions {holes:?}"));
    }
}

/// What one connection sent first has the lower position, where neither was sent before.
fn sending(conversation: &Conversation, found: &mut Findings) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut fresh: Vec<&str> = Vec::new();
    let mut positions: BTreeMap<&str, u64> = BTreeMap::new();
    for event in conversation.events.iter().chain([&Event::Lost]) {
        match event {
            Event::Sent { id, .. } if known.insert(id) => fresh.push(id),
            // Sent again on the same connection, it may have been overtaken.
            Event::Sent { id, .. } => fresh.retain(|other| other != id),
            Event::Acknowledged { id, seq, duplicate: false } => {
                positions.insert(id, *seq);
            }
            Event::Lost => {
                let order: Vec<u64> = fresh.drain(..).filter_map(|id| positions.get(id).copied()).collect();
                if !order.is_sorted() {
                    found.broken(
                        Promise::InOrder,
                        format!("sent in order, they have the positions {order:?}"),
                    );
                }
            }
            _ => {}
        }
    }
}

fn published_is_stored(conversation: &Conversation, found: &mut Findings) {
    let stored: BTreeMap<u64, &Stored> =
        conversation.stored.iter().map(|message| (message.seq, message)).collect();
    for publication in conversation.published() {
        let (Some(offset), Kind::Message { message_id, text, .. }) = (publication.offset, &publication.kind)
        else {
            continue;
        };
        let same = stored
            .get(&offset)
            .is_some_and(|message| message.message_id == *message_id && message.text == *text);
        if !same {
            let what =
                format!("{text:?} was published at {offset}, where {:?} is stored", stored.get(&offset));
            found.broken(Promise::NoSilentGap, what);
        }
    }
}
