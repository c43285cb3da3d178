//! Conversations told line by line, sound ones and every way of breaking one.

use std::time::{Duration, Instant};

use super::*;
use crate::wire::Incoming;

/// A conversation whose clock the test moves.
struct Story {
    conversation: Conversation,
    now: Instant,
    findings: Vec<Finding>,
}

impl Story {
    fn new() -> Self {
        Self::expecting(Expectation::Any)
    }

    fn expecting(expectation: Expectation) -> Self {
        let mut conversation = Conversation::new(expectation);
        conversation.connected(0);
        Self { conversation, now: Instant::now(), findings: Vec::new() }
    }

    fn after(mut self, milliseconds: u64) -> Self {
        self.now += Duration::from_millis(milliseconds);
        self
    }

    fn asks(mut self, command: u32, text: &str) -> Self {
        self.conversation.sent(command, text.into(), self.now);
        self
    }

    fn hears(mut self, line: &str) -> Self {
        let incoming: Incoming<'_> = serde_json::from_str(line).unwrap();
        if let Some(reply) = incoming.rpc {
            self.conversation.acknowledged(incoming.id, &reply.data, self.now, &mut self.findings);
        } else if let Some(error) = incoming.error {
            self.conversation.refused(incoming.id, error.code, self.now, &mut self.findings);
        } else {
            let publication = incoming.push.unwrap().publication.unwrap();
            self.conversation.published(&publication, self.now, &mut self.findings);
        }
        self
    }

    fn acknowledged(self, command: u32, seq: u64) -> Self {
        self.hears(&format!(r#"{{"id":{command},"rpc":{{"data":{{"seq":{seq},"duplicate":false}}}}}}"#))
    }

    fn sees(self, offset: u64, data: &str) -> Self {
        self.hears(&format!(r#"{{"push":{{"channel":"s","pub":{{"data":{data},"offset":{offset}}}}}}}"#))
    }

    fn own(self, offset: u64, command: u32, text: &str) -> Self {
        let data = format!(
            r#"{{"type":"message","message_id":"v{command}","client_id":"{command}","role":"visitor","text":"{text}"}}"#
        );
        self.sees(offset, &data)
    }

    fn answer(self, offset: u64, command: u32, text: &str) -> Self {
        let data = format!(
            r#"{{"type":"message","message_id":"a{command}","role":"assistant","text":"{text}","reply_to":"v{command}"}}"#
        );
        self.sees(offset, &data)
    }

    fn piece(self, command: u32, n: u64, text: &str) -> Self {
        self.written("delta", command, (n, text))
    }

    fn written(self, kind: &str, command: u32, (n, text): (u64, &str)) -> Self {
        let data = format!(r#"{{"type":"{kind}","message_id":"a{command}","n":{n},"text":"{text}"}}"#);
        self.hears(&format!(r#"{{"push":{{"channel":"s","pub":{{"data":{data}}}}}}}"#))
    }

    fn ends(mut self, ending: Ending) -> Self {
        self.conversation.end(ending, &mut self.findings);
        self
    }

    fn violations(&self) -> Vec<Violation> {
        let violation = |finding: &Finding| match finding {
            Finding::Violated(violation) => Some(*violation),
            _ => None,
        };
        self.findings.iter().filter_map(violation).collect()
    }

    fn asked_and_answered() -> Self {
        Self::new().asks(2, "hi").own(1, 2, "hi").acknowledged(2, 1).answer(2, 2, "hello")
    }
}

fn milliseconds(amount: u64) -> Duration {
    Duration::from_millis(amount)
}

#[test]
fn a_streamed_turn_is_timed_from_when_it_was_due() {
    let story = Story::new().asks(2, "hi").after(1).own(1, 2, "hi").acknowledged(2, 1);
    let story = story.after(4).piece(2, 0, "Hel").after(5).piece(2, 1, "lo").after(10).answer(2, 2, "Hello");
    let timed = [
        Finding::Acknowledged(milliseconds(1)),
        Finding::FirstPiece(milliseconds(5)),
        Finding::Answered(milliseconds(20)),
        Finding::Settled,
    ];
    assert_eq!(story.findings, timed);
    assert_eq!(story.conversation.in_flight(), 0);
    assert!(story.ends(Ending::Complete).violations().is_empty());
}

#[test]
fn a_whole_answer_may_come_before_the_acknowledgement() {
    let story = Story::expecting(Expectation::Echo)
        .asks(2, "hi")
        .own(1, 2, "hi")
        .answer(2, 2, "hi")
        .acknowledged(2, 1);
    assert_eq!(story.findings.last(), Some(&Finding::Settled));
    assert!(story.violations().is_empty());
}

#[test]
fn answers_find_their_questions_whatever_their_order() {
    let story = Story::new().asks(2, "a").asks(3, "b").own(1, 2, "a").own(2, 3, "b");
    let story = story.acknowledged(3, 2).acknowledged(2, 1).answer(3, 3, "B").answer(4, 2, "A");
    assert!(story.violations().is_empty());
    assert_eq!(story.conversation.in_flight(), 0);
}

#[test]
fn a_greeting_answers_nobody() {
    let greeting = r#"{"type":"message","message_id":"g","role":"assistant","text":"Welcome"}"#;
    let story =
        Story::new().sees(1, greeting).asks(2, "hi").own(2, 2, "hi").acknowledged(2, 2).answer(3, 2, "hello");
    assert!(story.violations().is_empty());
}

#[test]
fn pushes_before_the_connect_reply_are_not_judged() {
    let mut story = Story::new();
    story.conversation = Conversation::new(Expectation::Any);
    let mut story = story.sees(3, r#"{"type":"state","state":"assistant"}"#);
    story.conversation.connected(3);
    assert!(story.sees(4, r#"{"type":"state","state":"waiting"}"#).violations().is_empty());
}

#[test]
fn an_offset_left_out_is_a_hole_and_one_repeated_is_told() {
    let state = r#"{"type":"state","state":"assistant"}"#;
    let story = Story::new().sees(1, state).sees(3, state).sees(4, state).sees(4, state);
    assert_eq!(story.violations(), [Violation::OffsetHole, Violation::OffsetRepeated]);
}

#[test]
fn a_second_acknowledgement_is_told_before_and_after_the_answer() {
    let open = Story::new().asks(2, "hi").acknowledged(2, 1).acknowledged(2, 1);
    assert_eq!(open.violations(), [Violation::DuplicateAcknowledgement]);
    let settled = Story::asked_and_answered().acknowledged(2, 1);
    assert_eq!(settled.violations(), [Violation::DuplicateAcknowledgement]);
    assert_eq!(Story::asked_and_answered().acknowledged(3, 1).violations(), [Violation::UnknownReply]);
}

#[test]
fn an_acknowledgement_has_the_offset_of_its_message() {
    let wrong = Story::new().asks(2, "hi").own(1, 2, "hi").acknowledged(2, 7).answer(2, 2, "hello");
    assert_eq!(wrong.violations(), [Violation::SeqMismatch]);
    let none = Story::new().asks(2, "hi").hears(r#"{"id":2,"rpc":{"data":{}}}"#);
    assert_eq!(none.violations(), [Violation::MissingSeq]);
    let duplicate = Story::new().asks(2, "hi").hears(r#"{"id":2,"rpc":{"data":{"seq":1,"duplicate":true}}}"#);
    assert_eq!(duplicate.violations(), [Violation::FalseDuplicate]);
}

#[test]
fn a_message_is_stored_once_and_as_it_was_sent() {
    let twice = Story::new().asks(2, "hi").own(1, 2, "hi").own(2, 2, "hi");
    assert_eq!(twice.violations(), [Violation::DuplicateMessage]);
    assert_eq!(Story::asked_and_answered().own(3, 2, "hi").violations(), [Violation::DuplicateMessage]);
    assert_eq!(Story::new().asks(2, "hi").own(1, 2, "ho").violations(), [Violation::AlteredMessage]);
    assert_eq!(Story::new().asks(2, "hi").own(1, 9, "hi").violations(), [Violation::UnknownMessage]);
}

#[test]
fn one_answer_to_each_question() {
    assert_eq!(Story::asked_and_answered().answer(3, 2, "again").violations(), [Violation::UnexpectedAnswer]);
    let echo = Story::expecting(Expectation::Echo).asks(2, "hi").own(1, 2, "hi").answer(2, 2, "hello");
    assert_eq!(echo.violations(), [Violation::AlteredAnswer]);
}

#[test]
fn pieces_without_a_hole_make_the_final_text() {
    let asked = || Story::new().asks(2, "hi").own(1, 2, "hi").acknowledged(2, 1);
    let differs = asked().piece(2, 0, "Hel").piece(2, 1, "lo").answer(2, 2, "Hello!");
    assert_eq!(differs.violations(), [Violation::DeltaMismatch]);
    let hole = asked().piece(2, 0, "He").piece(2, 2, "o").answer(2, 2, "Hello");
    assert_eq!(hole.violations(), [Violation::DeltaHole, Violation::DeltaMismatch]);
    let late = asked().answer(2, 2, "Hello").piece(2, 0, "He").ends(Ending::Complete);
    assert_eq!(late.violations(), [Violation::UnfinishedAnswer]);
}

#[test]
fn a_snapshot_replaces_the_pieces_before_it() {
    let story = Story::new().asks(2, "hi").own(1, 2, "hi").acknowledged(2, 1).piece(2, 0, "He");
    let story = story.written("snapshot", 2, (3, "Hello wo")).piece(2, 4, "rld").answer(2, 2, "Hello world");
    assert!(story.violations().is_empty());
}

#[test]
fn what_is_open_at_the_end_is_missing_unless_the_socket_was_lost() {
    let open = || Story::new().asks(2, "a").asks(3, "b").own(1, 2, "a").acknowledged(2, 1);
    let complete = open().ends(Ending::Complete).violations();
    let missing = [Violation::MissingAnswer, Violation::MissingAcknowledgement, Violation::MissingAnswer];
    assert_eq!(complete, missing);
    let lost = open().ends(Ending::Lost);
    assert!(lost.violations().is_empty());
    assert_eq!(lost.findings.iter().filter(|found| **found == Finding::Dropped(Fault::Abandoned)).count(), 2);
}

#[test]
fn a_refusal_ends_the_turn_without_an_answer() {
    let refusal = r#"{"id":2,"error":{"code":1001,"message":"rate limited","temporary":true}}"#;
    let story = Story::new().asks(2, "hi").after(3).hears(refusal).ends(Ending::Complete);
    let latency = Finding::Refused(Duration::from_millis(3));
    assert_eq!(story.findings, [latency, Finding::Dropped(Fault::Refused(1001))]);
}

#[test]
fn a_notice_is_counted_by_its_code() {
    let notice = r#"{"push":{"channel":"s","pub":{"data":{"type":"notice","code":1005,"message":"sorry"}}}}"#;
    assert_eq!(Story::new().hears(notice).findings, [Finding::Noted(Fault::Noticed("1005".into()))]);
}

#[test]
fn a_message_said_again_may_be_known_already() {
    let mut story = Story::new().asks(2, "hi");
    story.conversation.cut();
    let again: Vec<_> = story.conversation.say_again(SayAgain::Unacknowledged).collect();
    assert_eq!(again, [(2, "hi")]);
    let known = r#"{"id":2,"rpc":{"data":{"seq":1,"duplicate":true}}}"#;
    let story = story.own(1, 2, "hi").hears(known).answer(2, 2, "hello");
    assert!(story.violations().is_empty());
    assert_eq!(story.conversation.in_flight(), 0);
}

#[test]
fn after_a_lost_socket_an_answer_begins_anew() {
    let mut story = Story::new().asks(2, "hi").own(1, 2, "hi").acknowledged(2, 1).piece(2, 0, "He");
    story.conversation.cut();
    let anew = story.piece(2, 0, "Hel").piece(2, 1, "lo").answer(2, 2, "Hello").ends(Ending::Complete);
    assert!(anew.violations().is_empty());
}
