//! Acknowledged is stored, once, as it was said.

use std::collections::BTreeMap;

use super::{Conversation, Event, Findings, Promise, Role, Stored};

pub(super) fn check(conversation: &Conversation, found: &mut Findings) {
    let mut acknowledged: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sent: BTreeMap<&str, &str> = BTreeMap::new();
    for event in &conversation.events {
        match event {
            Event::Sent { id, text } => {
                sent.insert(id, text);
            }
            Event::Acknowledged { id, seq, duplicate } => {
                let first = *acknowledged.entry(id).or_insert(*seq);
                if first != *seq {
                    let what =
                        format!("`{id}` was acknowledged as {first} and as {seq} (duplicate: {duplicate})");
                    found.broken(Promise::StoredOnce, what);
                }
            }
            Event::Refused { id, code, temporary: false } => {
                found.broken(Promise::RefusedForNow, format!("`{id}` was refused for good with {code}"));
            }
            Event::TurnedAway { why } => found.broken(Promise::RefusedForNow, why),
            _ => {}
        }
    }
    let mut stored: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
    for message in conversation.stored.iter().filter(|message| message.role == Role::Visitor) {
        stored.entry(message.client_id.as_deref().unwrap_or_default()).or_default().push(message);
    }
    each_acknowledged(&acknowledged, &stored, found);
    each_stored(&sent, &stored, found);
}

fn each_acknowledged(
    acknowledged: &BTreeMap<&str, u64>,
    stored: &BTreeMap<&str, Vec<&Stored>>,
    found: &mut Findings,
) {
    for (id, seq) in acknowledged {
        match stored.get(id).map(Vec::as_slice) {
            None | Some([]) => {
                found
                    .broken(Promise::AcknowledgedIsStored, format!("`{id}`, acknowledged as {seq}, is lost"));
            }
            Some([message]) if message.seq != *seq => {
                let what = format!("`{id}`, acknowledged as {seq}, is stored as {}", message.seq);
                found.broken(Promise::InOrder, what);
            }
            Some(_) => {}
        }
    }
}

fn each_stored(sent: &BTreeMap<&str, &str>, stored: &BTreeMap<&str, Vec<&Stored>>, found: &mut Findings) {
    for (id, messages) in stored {
        if messages.len() > 1 {
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            found.broken(Promise::StoredOnce, format!("`{id}` is stored at {seqs:?}"));
        }
        for message in messages {
            if sent.get(id) != Some(&message.text.as_str()) {
                let what =
                    format!("`{id}` is stored as {:?}, which was not sent under that id", message.text);
                found.broken(Promise::NothingInvented, what);
            }
        }
    }
}
