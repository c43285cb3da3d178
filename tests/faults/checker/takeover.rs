//! While a person speaks, the assistant does not.

use super::{Conversation, Findings, Promise, Role};

pub(super) fn check(conversation: &Conversation, found: &mut Findings) {
    let voices = conversation.voices();
    for message in conversation.stored.iter().filter(|message| message.role == Role::Assistant) {
        if let Some((since, true)) = voices.range(..message.seq).next_back() {
            let what = format!("the assistant speaks at {}, where a person does since {since}", message.seq);
            found.broken(Promise::OneVoice, what);
        }
    }
}
