//! One who watches a room of a plain WebSocket server. The first text, `room N`, joins the room and comes back when that is
//! done; every other one goes to all of the room, its sender among them.

use std::time::Instant;

use crate::conversation::{Ending, Finding};
use crate::dialogue::{Dialogue, Reply};
use crate::fanout::{Heard, Part, SharedRoom};
use crate::fault::Violation;

/// One side of such a socket.
#[derive(Debug)]
pub(crate) struct Member {
    room: SharedRoom,
    joining: String,
    part: Part,
    joined: bool,
    heard: usize,
}

impl Member {
    /// A member of room `number` that has not joined yet.
    pub(crate) fn new(room: SharedRoom, number: u32, part: Part) -> Self {
        Self { room, joining: format!("room {number}"), part, joined: false, heard: 0 }
    }
}

impl Dialogue for Member {
    fn opening(&mut self) -> Option<String> {
        Some(self.joining.clone())
    }

    fn is_open(&self) -> bool {
        self.joined
    }

    fn speaks(&self) -> bool {
        self.part == Part::Speaks
    }

    fn items(&self) -> u64 {
        self.room.borrow().watchers.into()
    }

    fn say(&mut self, due: Instant) -> String {
        self.room.borrow_mut().say(due).1
    }

    fn hear(&mut self, frame: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply {
        if !self.joined && frame == self.joining {
            self.joined = true;
            return Reply::None;
        }
        let number = frame.split_once(':').and_then(|(number, _)| number.parse().ok());
        match number.map(|number| self.room.borrow().heard((number, frame), at, findings)) {
            Some(Heard::Message) => self.heard += 1,
            Some(Heard::Nothing) => {}
            None => findings.push(Finding::Violated(Violation::UnknownMessage)),
        }
        Reply::None
    }

    fn cut(&mut self) {
        self.joined = false;
    }

    fn in_flight(&self) -> usize {
        0
    }

    fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>) {
        self.room.borrow().leave(self.heard, ending, findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fanout::Room;

    #[test]
    fn whoever_has_joined_has_what_is_said_and_nothing_else() {
        let room = Room::shared(20, 2);
        let mut speaker = Member::new(room.clone(), 7, Part::Speaks);
        let mut listener = Member::new(room, 7, Part::Listens);
        let now = Instant::now();
        let mut findings = Vec::new();
        for member in [&mut speaker, &mut listener] {
            let joining = member.opening().unwrap();
            assert!(!member.is_open());
            member.hear(&joining, now, &mut findings);
            assert!(member.is_open());
        }
        assert!(speaker.speaks() && !listener.speaks() && speaker.items() == 2);
        let text = speaker.say(now);
        listener.hear(&text, now, &mut findings);
        assert_eq!((findings.len(), listener.heard), (2, 1));
        listener.hear("hm", now, &mut findings);
        assert_eq!(findings.last(), Some(&Finding::Violated(Violation::UnknownMessage)));
    }
}
