//! What is said over one socket, whatever the socket is: the part of a run that a test can tell line by line.

use std::time::Instant;

use crate::conversation::{Ending, Finding, SayAgain};

/// One side of a conversation over a socket.
pub(crate) trait Dialogue {
    /// The frame that opens the conversation, if it needs one.
    fn opening(&mut self) -> Option<String>;

    /// The other side has agreed to the opening.
    fn is_open(&self) -> bool;

    /// Whether this side has anything to say of itself.
    fn speaks(&self) -> bool {
        true
    }

    /// How many items come of one thing said.
    fn items(&self) -> u64 {
        1
    }

    /// The next frame to send; its latencies count from `due`.
    fn say(&mut self, due: Instant) -> String;

    /// A text frame came at `at`.
    fn hear(&mut self, frame: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply;

    /// The socket was lost, and another one will be opened.
    fn cut(&mut self) {}

    /// Whether something was refused for now, and has to be said again in a while.
    fn was_refused(&self) -> bool {
        false
    }

    /// Frames to be said again, oldest first.
    fn say_again(&mut self, _which: SayAgain) -> Vec<String> {
        Vec::new()
    }

    /// What was said and not yet answered.
    fn in_flight(&self) -> usize;

    /// Nothing more will come.
    fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>);
}

/// A dialogue of any kind, so that one crowd serves all scenarios.
pub(crate) type AnyDialogue = Box<dyn Dialogue>;

impl Dialogue for AnyDialogue {
    fn opening(&mut self) -> Option<String> {
        (**self).opening()
    }

    fn is_open(&self) -> bool {
        (**self).is_open()
    }

    fn speaks(&self) -> bool {
        (**self).speaks()
    }

    fn items(&self) -> u64 {
        (**self).items()
    }

    fn say(&mut self, due: Instant) -> String {
        (**self).say(due)
    }

    fn hear(&mut self, frame: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply {
        (**self).hear(frame, at, findings)
    }

    fn cut(&mut self) {
        (**self).cut();
    }

    fn was_refused(&self) -> bool {
        (**self).was_refused()
    }

    fn say_again(&mut self, which: SayAgain) -> Vec<String> {
        (**self).say_again(which)
    }

    fn in_flight(&self) -> usize {
        (**self).in_flight()
    }

    fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>) {
        (**self).end(ending, findings);
    }
}

/// What a frame asks to be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Nothing.
    None,
    /// It held a ping.
    Pong,
}

/// A text of exactly `bytes` bytes that begins with `number`, so that no two of a session are alike unless they are
/// shorter than their numbers.
pub(crate) fn text(number: u32, bytes: usize) -> String {
    const WORDS: &str = "what does it cost to send a parcel abroad and how long does it take ";
    let mut text = format!("{number}: ");
    text.extend(WORDS.chars().cycle().take(bytes));
    text.truncate(bytes);
    // A server may trim what it is sent.
    if text.ends_with(' ') {
        text.pop();
        text.push('?');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_length_asked_for_and_nothing_to_trim() {
        for bytes in [1, 3, 8, 100, 1_000] {
            let text = text(1_234, bytes);
            assert_eq!((text.len(), text.trim()), (bytes, text.as_str()));
        }
        assert_ne!(text(1, 100), text(2, 100));
    }
}
