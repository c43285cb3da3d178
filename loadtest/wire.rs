//! The visitor socket's JSON as a client sees it: commands out, lines in.
//!
//! Incoming lines are read into borrowed structs that name only what a check or a measurement needs; all else is
//! skipped without being built.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A ping from the server, and the pong that answers it.
pub(crate) const PING: &str = "{}";

/// The JSON objects of one text frame.
pub(crate) fn lines(frame: &str) -> impl Iterator<Item = &str> {
    frame.split('\n').map(str::trim_ascii).filter(|line| !line.is_empty())
}

/// The command that begins a session.
pub(crate) fn connect_command(id: u32) -> String {
    format!(r#"{{"id":{id},"connect":{{"data":{{"locale":"en"}}}}}}"#)
}

/// Where a visitor was when its socket was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The session.
    pub(crate) session_id: String,
    /// What proves it.
    pub(crate) token: String,
    /// Which history the offset counts in.
    pub(crate) epoch: String,
}

/// The command that goes on with a session after the publication at `offset`.
pub(crate) fn return_command(id: u32, place: &Place, offset: u64) -> String {
    #[derive(Serialize)]
    struct Position<'a> {
        recover: bool,
        epoch: &'a str,
        offset: u64,
    }
    let position = Position { recover: true, epoch: &place.epoch, offset };
    let subs = HashMap::from([(format!("session:{}", place.session_id), position)]);
    serde_json::json!({ "id": id, "connect": { "token": place.token, "subs": subs } }).to_string()
}

/// The command that joins a session with its token, from now on.
pub(crate) fn attend_command(id: u32, token: &str) -> String {
    serde_json::json!({ "id": id, "connect": { "token": token } }).to_string()
}

/// A `message.send` whose message id is the command's id, which is unique in the session too.
pub(crate) fn send_command(id: u32, text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!(r#"{{"id":{id},"rpc":{{"method":"message.send","data":{{"id":"{id}","text":{text}}}}}}}"#)
}

/// One line from the server: a reply or a push.
#[derive(Debug, Deserialize)]
pub(crate) struct Incoming<'a> {
    /// The command that a reply answers; 0 in a push.
    #[serde(default)]
    pub(crate) id: u32,
    #[serde(borrow)]
    pub(crate) error: Option<ErrorReply<'a>>,
    #[serde(borrow)]
    pub(crate) connect: Option<ConnectReply<'a>>,
    pub(crate) rpc: Option<RpcReply>,
    #[serde(borrow)]
    pub(crate) push: Option<Push<'a>>,
}

/// The refusal of a command.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorReply<'a> {
    pub(crate) code: u32,
    /// The same command may succeed later.
    #[serde(default)]
    pub(crate) temporary: bool,
    /// What to do about it, for people.
    #[serde(borrow, default)]
    pub(crate) message: Cow<'a, str>,
}

impl ErrorReply<'_> {
    /// The server has too much to do, which the contract calls `overloaded`.
    const OVERLOADED: u32 = 1008;

    /// Whether an overload hides when to come again: it has to be temporary, and to name a time.
    pub(crate) fn hides_when(&self) -> bool {
        let named = self.message.split_once("Try again in ").is_some_and(|(_, rest)| {
            let (time, unit) = rest.split_once(' ').unwrap_or_default();
            time.parse::<u64>().is_ok_and(|time| time > 0) && unit.starts_with("ms")
        });
        self.code == Self::OVERLOADED && !(self.temporary && named)
    }
}

/// The session that a connect began.
#[derive(Debug, Deserialize)]
pub(crate) struct ConnectReply<'a> {
    #[serde(borrow)]
    pub(crate) data: SessionData<'a>,
    #[serde(borrow, default)]
    pub(crate) subs: HashMap<Cow<'a, str>, Subscription<'a>>,
}

/// What the server says of the session.
#[derive(Debug, Deserialize)]
pub(crate) struct SessionData<'a> {
    #[serde(borrow)]
    pub(crate) session_id: Cow<'a, str>,
    /// Absent or empty would mean that the visitor can't come back.
    #[serde(borrow, default)]
    pub(crate) token: Cow<'a, str>,
}

/// The server-side subscription to the session's channel.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Subscription<'a> {
    /// The newest durable publication; absent is 0.
    #[serde(default)]
    pub(crate) offset: u64,
    /// Which history the offset counts in.
    #[serde(borrow, default)]
    pub(crate) epoch: Cow<'a, str>,
    /// Whether `publications` is all that was missed.
    #[serde(default)]
    pub(crate) recovered: bool,
    /// What was missed.
    #[serde(borrow, default)]
    pub(crate) publications: Vec<Publication<'a>>,
}

/// The reply to an `rpc`.
#[derive(Debug, Deserialize)]
pub(crate) struct RpcReply {
    #[serde(default)]
    pub(crate) data: Acknowledgement,
}

/// The reply to `message.send`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Acknowledgement {
    pub(crate) seq: Option<u64>,
    #[serde(default)]
    pub(crate) duplicate: bool,
}

/// What the server sends unasked.
#[derive(Debug, Deserialize)]
pub(crate) struct Push<'a> {
    /// Absent when the push is not a publication.
    #[serde(borrow, rename = "pub")]
    pub(crate) publication: Option<Publication<'a>>,
}

/// One publication on the session's channel.
#[derive(Debug, Deserialize)]
pub(crate) struct Publication<'a> {
    #[serde(borrow)]
    pub(crate) data: PublicationData<'a>,
    /// Its place in the history; absent when it has none.
    pub(crate) offset: Option<u64>,
}

/// The fields of every kind of publication together: one flat struct borrows, a tagged enum would copy.
#[derive(Debug, Deserialize)]
pub(crate) struct PublicationData<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(borrow, default)]
    pub(crate) message_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) client_id: Cow<'a, str>,
    pub(crate) role: Option<Role>,
    #[serde(borrow, default)]
    pub(crate) text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) reply_to: Option<Cow<'a, str>>,
    /// Of a `delta` or `snapshot`: the number of the piece.
    #[serde(default)]
    pub(crate) n: u64,
    /// Of a `notice`: why.
    #[serde(borrow)]
    pub(crate) code: Option<&'a RawValue>,
}

/// What a publication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Message,
    Delta,
    Snapshot,
    Notice,
    /// A kind that this program has no use for.
    #[serde(other)]
    Other,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Visitor,
    Assistant,
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_holds_one_or_more_objects() {
        assert_eq!(lines("{}").collect::<Vec<_>>(), ["{}"]);
        assert_eq!(
            lines("{\"id\":1}\n{\"id\":2}\r\n\n{}\n").collect::<Vec<_>>(),
            ["{\"id\":1}", "{\"id\":2}", "{}"]
        );
        assert_eq!(lines(" \n").count(), 0);
    }

    #[test]
    fn a_newline_inside_a_text_is_escaped_and_splits_nothing() {
        let command = send_command(2, "one\ntwo");
        assert_eq!(lines(&command).collect::<Vec<_>>(), [command.as_str()]);
        assert_eq!(
            command,
            r#"{"id":2,"rpc":{"method":"message.send","data":{"id":"2","text":"one\ntwo"}}}"#
        );
    }

    #[test]
    fn a_connect_reply_tells_the_session_and_its_position() {
        let line = r#"{"id":1,"connect":{"client":"2b","data":{"session_id":"s1","token":"t1"},
            "subs":{"session:s1":{"recoverable":true,"epoch":"TeWj","positioned":true}},"ping":2,"pong":true}}"#;
        let reply = serde_json::from_str::<Incoming<'_>>(line).unwrap().connect.unwrap();
        assert_eq!((&*reply.data.session_id, &*reply.data.token), ("s1", "t1"));
        assert_eq!(reply.subs["session:s1"].offset, 0);
    }

    #[test]
    fn texts_are_borrowed_unless_they_hold_escapes() {
        let read =
            |line| serde_json::from_str::<Incoming<'_>>(line).unwrap().push.unwrap().publication.unwrap();
        let plain =
            r#"{"push":{"channel":"c","pub":{"data":{"type":"delta","message_id":"m","n":1,"text":"lo"}}}}"#;
        assert!(matches!(read(plain).data.text, Cow::Borrowed("lo")));
        let escaped = r#"{"push":{"channel":"c","pub":{"data":{"type":"delta","n":1,"text":"l\no"}}}}"#;
        assert_eq!(read(escaped).data.text, "l\no");
    }

    #[test]
    fn unknown_kinds_roles_and_pushes_are_read_over() {
        let line = r#"{"push":{"channel":"c","pub":{"data":{"type":"mood","role":"cat","n":3,"x":[1]},"offset":4}}}"#;
        let read = serde_json::from_str::<Incoming<'_>>(line).unwrap().push.unwrap().publication.unwrap();
        assert_eq!((read.data.kind, read.data.role, read.offset), (Kind::Other, Some(Role::Other), Some(4)));
        let join =
            serde_json::from_str::<Incoming<'_>>(r#"{"push":{"channel":"c","join":{"info":{}}}}"#).unwrap();
        assert!(join.push.unwrap().publication.is_none());
    }
}
