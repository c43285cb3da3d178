//! A visitor of a chatbot: the public socket protocol spoken over one socket.

use std::time::Instant;

use crate::conversation::{Conversation, Ending, Expectation, Finding, Persistence, SayAgain};
use crate::dialogue::{self, Dialogue, Reply};
use crate::fault::{Fault, Violation};
use crate::wire::{self, ConnectReply, ErrorReply, Incoming, Place};

/// The first command; those after it count on.
const CONNECT_COMMAND: u32 = 1;

/// A visitor with one session.
#[derive(Debug)]
pub(crate) struct Visitor {
    conversation: Conversation,
    /// Length of what this visitor writes.
    text_bytes: usize,
    newest_command: u32,
    open: bool,
    persistence: Persistence,
    /// Where to go on after the socket is lost.
    place: Option<Place>,
}

impl Visitor {
    /// A visitor who has not connected yet.
    pub(crate) fn new(text_bytes: usize, expectation: Expectation, persistence: Persistence) -> Self {
        let conversation = Conversation::new(expectation);
        Self { conversation, text_bytes, newest_command: 0, open: false, persistence, place: None }
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
            self.conversation.published(&publication, at, findings);
        } else if let Some(reply) = incoming.rpc {
            self.conversation.acknowledged(incoming.id, &reply.data, at, findings);
        } else if let Some(reply) = incoming.connect {
            self.connected(incoming.id, &reply, at, findings);
        } else if let Some(error) = incoming.error {
            self.refused(incoming.id, &error, at, findings);
        }
        Reply::None
    }

    fn connected(
        &mut self,
        command: u32,
        reply: &ConnectReply<'_>,
        at: Instant,
        findings: &mut Vec<Finding>,
    ) {
        if command != CONNECT_COMMAND || self.open {
            return findings.push(Finding::Violated(Violation::UnknownReply));
        }
        let session_id = reply.data.session_id.clone().into_owned();
        let subscription = reply.subs.get(format!("session:{session_id}").as_str());
        self.open = true;
        let (Some(subscription), false) = (subscription, reply.data.token.is_empty()) else {
            self.conversation.connected(subscription.map_or(0, |subscription| subscription.offset));
            return findings.push(Finding::Violated(Violation::IncompleteSession));
        };
        match &self.place {
            Some(before) if before.session_id != session_id => {
                findings.push(Finding::Violated(Violation::SessionLost));
            }
            Some(_) => self.conversation.returned(subscription, at, findings),
            None => self.conversation.connected(subscription.offset),
        }
        let (token, epoch) = (reply.data.token.clone().into_owned(), subscription.epoch.clone().into_owned());
        self.place = Some(Place { session_id, token, epoch });
    }

    fn refused(&mut self, command: u32, error: &ErrorReply<'_>, at: Instant, findings: &mut Vec<Finding>) {
        if error.hides_when() {
            findings.push(Finding::Violated(Violation::UntoldRetry));
        }
        let persists = error.temporary && self.persistence.returns();
        match (command, persists) {
            (CONNECT_COMMAND, true) => findings.push(Finding::Overcome(Fault::Refused(error.code))),
            (CONNECT_COMMAND, false) => findings.push(Finding::Noted(Fault::Refused(error.code))),
            (_, true) => self.conversation.postponed(command, error.code, findings),
            (_, false) => self.conversation.refused(command, error.code, at, findings),
        }
    }
}

impl Dialogue for Visitor {
    fn opening(&mut self) -> Option<String> {
        self.newest_command = self.newest_command.max(CONNECT_COMMAND);
        Some(match &self.place {
            Some(place) => wire::return_command(CONNECT_COMMAND, place, self.conversation.position()),
            None => wire::connect_command(CONNECT_COMMAND),
        })
    }

    fn is_open(&self) -> bool {
        self.open
    }

    fn say(&mut self, due: Instant) -> String {
        self.newest_command += 1;
        let text = dialogue::text(self.newest_command, self.text_bytes);
        let command = wire::send_command(self.newest_command, &text);
        self.conversation.sent(self.newest_command, text, due);
        command
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
        self.conversation.cut();
    }

    fn was_refused(&self) -> bool {
        self.conversation.was_refused()
    }

    fn say_again(&mut self, which: SayAgain) -> Vec<String> {
        let messages = self.conversation.say_again(which);
        messages.map(|(command, text)| wire::send_command(command, text)).collect()
    }

    fn in_flight(&self) -> usize {
        self.conversation.in_flight()
    }

    fn end(&mut self, ending: Ending, findings: &mut Vec<Finding>) {
        self.conversation.end(ending, findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTED: &str = r#"{"id":1,"connect":{"client":"c","data":{"session_id":"s1","token":"t1"},"subs":{"session:s1":{"recoverable":true,"epoch":"TeWj","positioned":true}},"ping":25,"pong":true}}"#;

    fn hear(visitor: &mut Visitor, frame: &str) -> (Reply, Vec<Finding>) {
        let mut findings = Vec::new();
        let reply = visitor.hear(frame, Instant::now(), &mut findings);
        (reply, findings)
    }

    fn connected() -> Visitor {
        let mut visitor = Visitor::new(2, Expectation::Any, Persistence::GivesUp);
        visitor.opening();
        assert_eq!(hear(&mut visitor, CONNECTED), (Reply::None, vec![]));
        assert!(visitor.is_open());
        visitor
    }

    #[test]
    fn a_session_opens_with_the_connect_reply() {
        let mut visitor = Visitor::new(2, Expectation::Any, Persistence::GivesUp);
        assert_eq!(visitor.opening().as_deref(), Some(r#"{"id":1,"connect":{"data":{"locale":"en"}}}"#));
        assert!(!visitor.is_open());
        hear(&mut visitor, CONNECTED);
        assert!(visitor.is_open());
    }

    #[test]
    fn a_session_without_token_or_subscription_is_a_breach() {
        for lacking in
            [CONNECTED.replace(r#","token":"t1""#, ""), CONNECTED.replace("session:s1", "session:s2")]
        {
            let mut visitor = Visitor::new(2, Expectation::Any, Persistence::GivesUp);
            visitor.opening();
            assert_eq!(hear(&mut visitor, &lacking).1, [Finding::Violated(Violation::IncompleteSession)]);
        }
    }

    #[test]
    fn one_frame_may_hold_a_ping_and_a_whole_turn() {
        let mut visitor = connected();
        let sent = visitor.say(Instant::now());
        assert_eq!(sent, r#"{"id":2,"rpc":{"method":"message.send","data":{"id":"2","text":"2:"}}}"#);
        let frame = [
            r#"{}"#,
            r#"{"id":2,"rpc":{"data":{"seq":1,"duplicate":false}}}"#,
            r#"{"push":{"channel":"session:s1","pub":{"data":{"type":"message","message_id":"v","client_id":"2","role":"visitor","text":"2:","citations":[],"at":"2026-01-01T00:00:00Z"},"offset":1}}}"#,
            r#"{"push":{"channel":"session:s1","pub":{"data":{"type":"message","message_id":"a","role":"assistant","text":"2:","reply_to":"v"},"offset":2}}}"#,
        ];
        let (reply, findings) = hear(&mut visitor, &frame.join("\n"));
        assert_eq!(reply, Reply::Pong);
        assert_eq!(findings.last(), Some(&Finding::Settled));
        assert_eq!((findings.len(), visitor.in_flight()), (4, 0));
    }

    #[test]
    fn what_is_no_json_is_a_breach() {
        let mut visitor = connected();
        assert_eq!(hear(&mut visitor, "{\"id\":2").1, [Finding::Violated(Violation::UnreadableLine)]);
    }

    #[test]
    fn a_refused_connect_is_counted_and_opens_nothing() {
        let mut visitor = Visitor::new(2, Expectation::Any, Persistence::GivesUp);
        visitor.opening();
        let refusal =
            r#"{"id":1,"error":{"code":1008,"message":"Busy. Try again in 1000 ms.","temporary":true}}"#;
        assert_eq!(hear(&mut visitor, refusal).1, [Finding::Noted(Fault::Refused(1008))]);
        assert!(!visitor.is_open());
    }

    #[test]
    fn an_overload_must_say_when_to_come_again() {
        let lasting = r#"{"id":2,"error":{"code":1008,"message":"Busy. Try again in 1000 ms."}}"#;
        let vague = r#"{"id":2,"error":{"code":1008,"message":"Try again in a while.","temporary":true}}"#;
        for refusal in [lasting, vague] {
            let mut visitor = connected();
            visitor.say(Instant::now());
            let findings = hear(&mut visitor, refusal).1;
            assert_eq!(findings.first(), Some(&Finding::Violated(Violation::UntoldRetry)), "{refusal}");
            assert_eq!(findings.last(), Some(&Finding::Dropped(Fault::Refused(1008))));
        }
        let mut visitor = connected();
        visitor.say(Instant::now());
        let other = r#"{"id":2,"error":{"code":1003,"message":"Too long."}}"#;
        assert!(!hear(&mut visitor, other).1.contains(&Finding::Violated(Violation::UntoldRetry)));
    }

    fn returning(place: &str, reply: &str) -> Vec<Finding> {
        let mut visitor = Visitor::new(2, Expectation::Any, Persistence::Returns);
        visitor.opening();
        hear(&mut visitor, CONNECTED);
        let state = r#"{"push":{"channel":"session:s1","pub":{"data":{"type":"state"},"offset":1}}}"#;
        hear(&mut visitor, state);
        visitor.cut();
        assert!(!visitor.is_open());
        let again: serde_json::Value = serde_json::from_str(&visitor.opening().unwrap()).unwrap();
        let position = serde_json::json!({ "recover": true, "epoch": "TeWj", "offset": 1 });
        assert_eq!(
            again["connect"],
            serde_json::json!({ "token": "t1", "subs": { "session:s1": position } })
        );
        let line = format!(
            r#"{{"id":1,"connect":{{"data":{{"session_id":"{place}","token":"t2"}},"subs":{{"session:{place}":{reply}}}}}}}"#
        );
        hear(&mut visitor, &line).1
    }

    #[test]
    fn who_comes_back_is_told_what_was_missed_and_no_more() {
        let missed = r#"{"offset":3,"epoch":"TeWj","recovered":true,"publications":[{"data":{"type":"state"},"offset":2},{"data":{"type":"state"},"offset":3}]}"#;
        assert_eq!(returning("s1", missed), []);
        let hole = r#"{"offset":3,"recovered":true,"publications":[{"data":{"type":"state"},"offset":3}]}"#;
        assert_eq!(returning("s1", hole), [Finding::Violated(Violation::OffsetHole)]);
        let untold = r#"{"offset":3,"recovered":true}"#;
        assert_eq!(returning("s1", untold), [Finding::Violated(Violation::OffsetHole)]);
    }

    #[test]
    fn who_comes_back_to_another_or_a_shorter_history_tells_so() {
        assert_eq!(returning("s2", r#"{"offset":0}"#), [Finding::Violated(Violation::SessionLost)]);
        assert_eq!(
            returning("s1", r#"{"offset":0,"recovered":true}"#),
            [Finding::Violated(Violation::HistoryLost)]
        );
        assert_eq!(returning("s1", r#"{"offset":9}"#), [Finding::Noted(Fault::Unrecovered)]);
    }
}
