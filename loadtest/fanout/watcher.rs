//! One who watches a chatbot's session with its token. Messages must come in the order of their offsets, without a hole,
//! to everybody; answers come too, and are not counted.

use std::time::Instant;

use crate::conversation::{Ending, Finding};
use crate::dialogue::{Dialogue, Reply};
use crate::fanout::{Heard, Part, SharedRoom};
use crate::fault::{Fault, Violation};
use crate::wire::{self, ConnectReply, Incoming, Kind, Place, Publication, Role};

/// The first command; those after it count on.
const CONNECT_COMMAND: u32 = 1;

/// One of the sockets of a session.
#[derive(Debug)]
pub(crate) struct Watcher {
    room: SharedRoom,
    part: Part,
    place: Place,
    open: bool,
    /// Offset of the newest durable publication; none before the first connect reply.
    position: Option<u64>,
    /// How many messages it has seen.
    heard: usize,
}

impl Watcher {
    /// One who has the session's token and has not connected yet.
    pub(crate) fn new(room: SharedRoom, part: Part, place: Place) -> Self {
        Self { room, part, place, open: false, position: None, heard: 0 }
    }

    fn hear_line(&mut self, line: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply {
        if line == wire::PING {
            return Reply::Pong;
        }
        let Ok(incoming) = serde_json::from_str::<Incoming<'_>>(line) else {
            findings.push(Finding::Violated(Violation::UnreadableLine));
            return Reply::None;
        };
        if let Some(publication) = incoming.push.and_then(|push| push.publication) {
            self.published(&publication, at, findings);
        } else if incoming.rpc.is_some() {
            let due =
                incoming.id.checked_sub(CONNECT_COMMAND).and_then(|number| self.room.borrow().due(number));
            findings.push(due.map_or(Finding::Violated(Violation::UnknownReply), |due| {
                Finding::Acknowledged(at.saturating_duration_since(due))
            }));
        } else if let Some(reply) = incoming.connect {
            self.connected(&reply, at, findings);
        } else if let Some(error) = incoming.error {
            match incoming.id.checked_sub(CONNECT_COMMAND) {
                Some(number @ 1..) => self.room.borrow_mut().refused(number, error.code, findings),
                _ => findings.push(Finding::Noted(Fault::Refused(error.code))),
            }
        }
        Reply::None
    }

    fn connected(&mut self, reply: &ConnectReply<'_>, at: Instant, findings: &mut Vec<Finding>) {
        self.open = true;
        let Some(subscription) = reply.subs.get(format!("session:{}", self.place.session_id).as_str()) else {
            return findings.push(Finding::Violated(Violation::SessionLost));
        };
        self.place.epoch = subscription.epoch.clone().into_owned();
        if self.position.is_some() && !subscription.recovered {
            findings.push(Finding::Noted(Fault::Unrecovered));
            self.position = None;
        }
        for publication in &subscription.publications {
            self.published(publication, at, findings);
        }
        self.position = Some(self.position.unwrap_or(0).max(subscription.offset));
    }

    fn published(&mut self, publication: &Publication<'_>, at: Instant, findings: &mut Vec<Finding>) {
        if let (Some(offset), Some(position)) = (publication.offset, self.position) {
            match offset {
                repeated if repeated <= position => {
                    return findings.push(Finding::Violated(Violation::OffsetRepeated));
                }
                next if next == position + 1 => {}
                _ => findings.push(Finding::Violated(Violation::OffsetHole)),
            }
            self.position = Some(offset);
        }
        let data = &publication.data;
        if data.kind == Kind::Message && data.role == Some(Role::Visitor) {
            let command: Option<u32> = data.client_id.parse().ok();
            let number = command.and_then(|command| command.checked_sub(CONNECT_COMMAND)).unwrap_or(0);
            if self.room.borrow().heard((number, &data.text), at, findings) == Heard::Message {
                self.heard += 1;
            }
        }
    }
}

impl Dialogue for Watcher {
    fn opening(&mut self) -> Option<String> {
        Some(match self.position {
            Some(position) => wire::return_command(CONNECT_COMMAND, &self.place, position),
            None => wire::attend_command(CONNECT_COMMAND, &self.place.token),
        })
    }

    fn is_open(&self) -> bool {
        self.open
    }

    fn speaks(&self) -> bool {
        self.part == Part::Speaks
    }

    fn items(&self) -> u64 {
        self.room.borrow().watchers.into()
    }

    fn say(&mut self, due: Instant) -> String {
        let (number, text) = self.room.borrow_mut().say(due);
        wire::send_command(CONNECT_COMMAND + number, &text)
    }

    fn hear(&mut self, frame: &str, at: Instant, findings: &mut Vec<Finding>) -> Reply {
        let mut reply = Reply::None;
        for line in wire::lines(frame) {
            if self.hear_line(line, at, findings) == Reply::Pong {
                reply = Reply::Pong;
            }
        }
        reply
    }

    fn cut(&mut self) {
        self.open = false;
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

    fn watcher() -> Watcher {
        let place = Place { session_id: "s".into(), token: "t".into(), epoch: String::new() };
        let mut watcher = Watcher::new(Room::shared(20, 1), Part::Speaks, place);
        assert_eq!(watcher.opening().unwrap(), r#"{"connect":{"token":"t"},"id":1}"#);
        let connected = r#"{"id":1,"connect":{"data":{"session_id":"s","token":"t"},"subs":{"session:s":{"epoch":"e","offset":4}}}}"#;
        assert_eq!(heard(&mut watcher, connected), []);
        assert!(watcher.is_open());
        watcher
    }

    fn heard(watcher: &mut Watcher, frame: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        watcher.hear(frame, Instant::now(), &mut findings);
        findings
    }

    fn message(offset: u64, command: u32, text: &str) -> String {
        let data =
            format!(r#"{{"type":"message","client_id":"{command}","role":"visitor","text":"{text}"}}"#);
        format!(r#"{{"push":{{"channel":"session:s","pub":{{"data":{data},"offset":{offset}}}}}}}"#)
    }

    #[test]
    fn a_message_is_acknowledged_and_delivered() {
        let mut watcher = watcher();
        let command = watcher.say(Instant::now());
        assert!(command.starts_with(r#"{"id":2,"rpc""#), "{command}");
        let text = crate::dialogue::text(1, 20);
        let frame = format!("{}\n{}", r#"{"id":2,"rpc":{"data":{"seq":5}}}"#, message(5, 2, &text));
        let findings = heard(&mut watcher, &frame);
        assert!(matches!(findings[..], [Finding::Acknowledged(_), Finding::Delivered(_), Finding::Settled]));
    }

    #[test]
    fn holes_repetitions_and_strangers_are_breaches() {
        let mut watcher = watcher();
        watcher.say(Instant::now());
        let text = crate::dialogue::text(1, 20);
        let hole = heard(&mut watcher, &message(6, 2, &text));
        assert_eq!(hole[0], Finding::Violated(Violation::OffsetHole));
        let repeated = heard(&mut watcher, &message(6, 2, &text));
        assert_eq!(repeated, [Finding::Violated(Violation::OffsetRepeated)]);
        let stranger = heard(&mut watcher, &message(7, 9, &text));
        assert_eq!(stranger, [Finding::Violated(Violation::UnknownMessage)]);
    }

    #[test]
    fn who_comes_back_asks_for_what_was_missed() {
        let mut watcher = watcher();
        watcher.say(Instant::now());
        watcher.cut();
        let again: serde_json::Value = serde_json::from_str(&watcher.opening().unwrap()).unwrap();
        assert_eq!(again["connect"]["subs"]["session:s"]["offset"], 4);
        let data = format!(
            r#"{{"type":"message","client_id":"2","role":"visitor","text":"{}"}}"#,
            crate::dialogue::text(1, 20)
        );
        let connected = format!(
            r#"{{"id":1,"connect":{{"data":{{"session_id":"s","token":"t"}},"subs":{{"session:s":{{"epoch":"e","offset":5,"recovered":true,"publications":[{{"data":{data},"offset":5}}]}}}}}}}}"#
        );
        assert!(matches!(heard(&mut watcher, &connected)[..], [Finding::Delivered(_), Finding::Settled]));
        let mut findings = Vec::new();
        watcher.end(Ending::Complete, &mut findings);
        assert_eq!(findings, []);
    }
}
