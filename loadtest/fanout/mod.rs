//! One session that many watch: what was said in it, and who has it.

mod member;
mod watcher;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use crate::conversation::{Ending, Finding};
use crate::dialogue;
pub(crate) use crate::fanout::member::Member;
pub(crate) use crate::fanout::watcher::Watcher;
use crate::fault::{Fault, Violation};

/// Texts begin with their numbers, which have to fit.
pub(crate) const TEXT_BYTES_MIN: usize = 16;

/// A room that all of its watchers share; they live in one thread.
pub(crate) type SharedRoom = Rc<RefCell<Room>>;

/// What was said in one session.
#[derive(Debug)]
pub(crate) struct Room {
    text_bytes: usize,
    /// How many watch.
    watchers: u32,
    /// When each message was due; none when it was refused.
    due: Vec<Option<Instant>>,
}

impl Room {
    /// A room in which nothing has been said.
    pub(crate) fn shared(text_bytes: usize, watchers: u32) -> SharedRoom {
        Rc::new(RefCell::new(Self { text_bytes, watchers, due: Vec::new() }))
    }

    /// The next message's number, from 1, and its text.
    fn say(&mut self, due: Instant) -> (u32, String) {
        self.due.push(Some(due));
        let number = u32::try_from(self.due.len()).unwrap_or(u32::MAX);
        (number, dialogue::text(number, self.text_bytes))
    }

    fn due(&self, number: u32) -> Option<Instant> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        *self.due.get(index)?
    }

    /// A message was refused: nobody will have it.
    fn refused(&mut self, number: u32, code: u32, findings: &mut Vec<Finding>) {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        if index.and_then(|index| self.due.get_mut(index)).and_then(Option::take).is_some() {
            findings.extend((0..self.watchers).map(|_| Finding::Dropped(Fault::Refused(code))));
        } else {
            findings.push(Finding::Violated(Violation::UnknownReply));
        }
    }

    /// A message reached one who watches.
    fn heard(&self, (number, text): (u32, &str), at: Instant, findings: &mut Vec<Finding>) -> Heard {
        let Some(due) = self.due(number) else {
            findings.push(Finding::Violated(Violation::UnknownMessage));
            return Heard::Nothing;
        };
        if text != dialogue::text(number, self.text_bytes) {
            findings.push(Finding::Violated(Violation::AlteredMessage));
        }
        findings.push(Finding::Delivered(at.saturating_duration_since(due)));
        findings.push(Finding::Settled);
        Heard::Message
    }

    /// One who watches leaves, and has `heard` so many messages.
    fn leave(&self, heard: usize, ending: Ending, findings: &mut Vec<Finding>) {
        let missing = self.due.iter().flatten().count().saturating_sub(heard);
        for _ in 0..missing {
            findings.push(Finding::Dropped(ending.fault()));
            if ending == Ending::Complete {
                findings.push(Finding::Violated(Violation::MissingDelivery));
            }
        }
    }
}

/// What a frame came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Message,
    Nothing,
}

/// What one who watches does in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Says what is due, and watches.
    Speaks,
    /// Watches.
    Listens,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_who_watches_never_saw_is_missing() {
        let room = Room::shared(20, 2);
        let now = Instant::now();
        let (first, text) = room.borrow_mut().say(now);
        let (second, _) = room.borrow_mut().say(now);
        let mut findings = Vec::new();
        assert_eq!(room.borrow().heard((first, &text), now, &mut findings), Heard::Message);
        assert_eq!(findings, [Finding::Delivered(std::time::Duration::ZERO), Finding::Settled]);
        findings.clear();
        room.borrow().leave(1, Ending::Complete, &mut findings);
        let missing = Finding::Violated(Violation::MissingDelivery);
        assert_eq!(findings, [Finding::Dropped(Fault::Unanswered), missing]);
        findings.clear();
        room.borrow_mut().refused(second, 1008, &mut findings);
        assert_eq!(findings.len(), 2);
        findings.clear();
        room.borrow().leave(1, Ending::Complete, &mut findings);
        assert_eq!(findings, []);
    }

    #[test]
    fn what_nobody_said_and_what_was_altered_is_a_breach() {
        let room = Room::shared(20, 1);
        let now = Instant::now();
        let mut findings = Vec::new();
        assert_eq!(room.borrow().heard((1, "x"), now, &mut findings), Heard::Nothing);
        assert_eq!(findings, [Finding::Violated(Violation::UnknownMessage)]);
        room.borrow_mut().say(now);
        room.borrow().heard((1, "x"), now, &mut findings);
        assert!(findings.contains(&Finding::Violated(Violation::AlteredMessage)));
    }
}
