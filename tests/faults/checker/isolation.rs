//! Nothing of one conversation is seen in another.

use super::{Conversation, Event, Findings, Marker, Promise};

/// What in a text belongs to somebody else than that visitor of that tenant.
pub fn foreign_marker(text: &str, tenant: usize, visitor: usize) -> Option<Marker> {
    Marker::all(text).find(|marker| (marker.tenant, marker.visitor) != (tenant, visitor))
}

pub(super) fn check(conversation: &Conversation, found: &mut Findings) {
    let (tenant, visitor) = (conversation.tenant, conversation.visitor);
    for event in &conversation.events {
        if let Event::Foreign { what } = event {
            found.broken(Promise::Fenced, format!("a frame held {what}"));
        }
    }
    for message in &conversation.stored {
        if let Some(marker) = foreign_marker(&message.text, tenant, visitor) {
            found.broken(Promise::Fenced, format!("{marker} of somebody else is stored at {}", message.seq));
        }
    }
}
