//! A visitor of a chatbot: the public socket protocol spoken over one socket.

use std::time::Instant;

use crate::conversation::{Conversation, Ending, Expectation, Finding};
use crate::dialogue::{self, Dialogue, Reply};
use crate::fault::{Fault, Violation};
use crate::wire::{self, ConnectReply, Incoming};

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
}

impl Visitor {
    /// A visitor who has not connected yet.
    pub(crate) fn new(text_bytes: usize, expectation: Expectation) -> Self {
        let conversation = Conversation::new(expectation);
        Self { conversation, text_bytes, newest_command: 0, open: false }
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
            findings.extend(self.connected(incoming.id, &reply).map(Finding::Violated));
        } else if let Some(error) = incoming.error {
            self.refused(incoming.id, error.code, findings);
        }
        Reply::None
    }

    fn connected(&mut self, command: u32, reply: &ConnectReply<'_>) -> Option<Violation> {
        if command != CONNECT_COMMAND || self.open {
            return Some(Violation::UnknownReply);
        }
        let channel = format!("session:{}", reply.data.session_id);
        let subscription = reply.subs.get(channel.as_str());
        self.conversation.connected(subscription.map_or(0, |subscription| subscription.offset));
        self.open = true;
        let complete = subscription.is_some() && !reply.data.token.is_empty();
        (!complete).then_some(Violation::IncompleteSession)
    }

    fn refused(&mut self, command: u32, code: u32, findings: &mut Vec<Finding>) {
        if command == CONNECT_COMMAND {
            findings.push(Finding::Noted(Fault::Refused(code)));
        } else {
            self.conversation.refused(command, code, findings);
        }
    }
}

impl Dialogue for Visitor {
    fn opening(&mut self) -> Option<String> {
        self.newest_command = CONNECT_COMMAND;
        Some(wire::connect_command(CONNECT_COMMAND))
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
        let mut visitor = Visitor::new(2, Expectation::Any);
        visitor.opening();
        assert_eq!(hear(&mut visitor, CONNECTED), (Reply::None, vec![]));
        assert!(visitor.is_open());
        visitor
    }

    #[test]
    fn a_session_opens_with_the_connect_reply() {
        let mut visitor = Visitor::new(2, Expectation::Any);
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
            let mut visitor = Visitor::new(2, Expectation::Any);
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
        let mut visitor = Visitor::new(2, Expectation::Any);
        visitor.opening();
        let refusal = r#"{"id":1,"error":{"code":1008,"message":"overloaded","temporary":true}}"#;
        assert_eq!(hear(&mut visitor, refusal).1, [Finding::Noted(Fault::Refused(1008))]);
        assert!(!visitor.is_open());
    }
}
