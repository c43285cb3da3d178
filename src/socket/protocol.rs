//! The Centrifugal client protocol, version 2, JSON (centrifugal.dev, "Client protocol"): commands in, replies and
//! pushes out, one JSON object a line.

use std::borrow::Cow;
use std::collections::HashMap;

use aihio_actors::engine::{Duplicate, Reply};
use aihio_actors::model::{Phase, Publication, PublicationData, Refusal, RefusalCode, SessionId, Visitor};
use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// Seconds between the server's pings; a client that misses them reconnects.
pub const PING_SECONDS: u64 = 25;

/// One line from a client. A line without any of these is a pong.
#[derive(Debug, Deserialize)]
pub struct CommandLine<'a> {
    /// For the reply; commands that want none leave it out.
    #[serde(default)]
    pub id: u32,
    /// The first command of a connection.
    #[serde(borrow, default)]
    pub connect: Option<Connect<'a>>,
    /// A call of ours.
    #[serde(borrow, default)]
    pub rpc: Option<Rpc<'a>>,
    /// A client that asks whether the server is there.
    #[serde(borrow, default)]
    pub ping: Option<&'a RawValue>,
    /// A fresh token for a connection that goes on.
    #[serde(borrow, default)]
    pub refresh: Option<Refresh<'a>>,
}

/// The first command of a connection.
#[derive(Debug, Deserialize)]
pub struct Connect<'a> {
    /// The session's token; absent at first.
    #[serde(borrow, default)]
    pub token: Option<Cow<'a, str>>,
    /// Who comes and from where.
    #[serde(default)]
    pub data: Option<ConnectData>,
    /// Where the client was, by channel.
    #[serde(borrow, default)]
    pub subs: HashMap<Cow<'a, str>, Subscription<'a>>,
}

/// Who comes and from where.
#[derive(Debug, Default, Deserialize)]
pub struct ConnectData {
    /// The person, as far as the site tells.
    #[serde(default)]
    pub visitor: Option<Visitor>,
    /// The visitor's language.
    #[serde(default)]
    pub locale: Option<String>,
    /// The page.
    #[serde(default)]
    pub page_url: Option<String>,
}

/// Where a client was in a channel.
#[derive(Debug, Default, Deserialize)]
pub struct Subscription<'a> {
    /// Whether it wants what it missed.
    #[serde(default)]
    pub recover: bool,
    /// Of which history.
    #[serde(borrow, default)]
    pub epoch: Cow<'a, str>,
    /// After which position.
    #[serde(default)]
    pub offset: u64,
}

/// A call.
#[derive(Debug, Deserialize)]
pub struct Rpc<'a> {
    /// What is called.
    #[serde(borrow, default)]
    pub method: Cow<'a, str>,
    /// With what.
    #[serde(borrow, default)]
    pub data: Option<&'a RawValue>,
}

/// A fresh token.
#[derive(Debug, Deserialize)]
pub struct Refresh<'a> {
    /// The token.
    #[serde(borrow, default)]
    pub token: Cow<'a, str>,
}

/// The client's channel of a session.
#[must_use]
pub fn channel(session: SessionId) -> String {
    format!("session:{session}")
}

/// A reply with a result of that name.
#[must_use]
pub fn reply<T: Serialize>(id: u32, name: &'static str, result: &T) -> String {
    let result = serde_json::to_string(result).unwrap_or_else(|_| "{}".into());
    format!(r#"{{"id":{id},"{name}":{result}}}"#)
}

/// A reply that says why not.
#[must_use]
pub fn error(id: u32, refusal: &Refusal) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        code: u32,
        message: Cow<'a, str>,
        #[serde(skip_serializing_if = "is_false")]
        temporary: bool,
    }
    let message = match refusal.retry_after {
        Some(delay) => {
            Cow::Owned(format!("{} Try again in {} ms.", refusal.message, delay.as_millis().max(1)))
        }
        None => Cow::Borrowed(refusal.message.as_str()),
    };
    reply(id, "error", &Body { code: refusal.code.number(), message, temporary: refusal.code.is_temporary() })
}

/// The answer to a call.
#[must_use]
pub fn rpc_reply(id: u32, outcome: &Result<Reply, Refusal>) -> String {
    match outcome {
        Err(refusal) => error(id, refusal),
        Ok(Reply::Done) => format!(r#"{{"id":{id},"rpc":{{"data":{{}}}}}}"#),
        Ok(Reply::Sent { seq, duplicate, .. }) => {
            let duplicate = *duplicate == Duplicate::Yes;
            format!(r#"{{"id":{id},"rpc":{{"data":{{"seq":{seq},"duplicate":{duplicate}}}}}}}"#)
        }
        Ok(Reply::Phase(phase)) => {
            let state = phase_word(*phase);
            format!(r#"{{"id":{id},"rpc":{{"data":{{"state":"{state}"}}}}}}"#)
        }
    }
}

const fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Assistant => "assistant",
        Phase::Waiting => "waiting",
        Phase::Agent => "agent",
        Phase::Closed => "closed",
    }
}

/// A publication as a line, encoded once for all listeners of a session.
#[must_use]
pub fn push(session: SessionId, publication: &Publication) -> ByteString {
    publication.encoded.get_or_init(|| encode_push(session, publication)).clone()
}

fn encode_push(session: SessionId, publication: &Publication) -> ByteString {
    const AROUND_TEXT: usize = 384;
    let mut line = Vec::with_capacity(AROUND_TEXT + publication.data.text().len());
    line.extend_from_slice(br#"{"push":{"channel":"session:"#);
    line.extend_from_slice(
        session.as_uuid().hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes(),
    );
    line.extend_from_slice(br#"","pub":"#);
    let before = line.len();
    if serde_json::to_writer(&mut line, &PublicationBody::of(publication)).is_err() {
        line.truncate(before);
        line.extend_from_slice(b"{}");
    }
    line.extend_from_slice(b"}}");
    // What was encoded as JSON is UTF-8.
    ByteString::try_from(line).unwrap_or_default()
}

/// A publication within a push or a list of missed ones.
#[derive(Debug, Serialize)]
pub struct PublicationBody<'a> {
    data: &'a PublicationData,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

impl<'a> PublicationBody<'a> {
    /// The body of a publication.
    #[must_use]
    pub fn of(publication: &'a Publication) -> Self {
        Self { data: &publication.data, offset: publication.offset.map(|offset| offset.0) }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `skip_serializing_if` hands out references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What a call means, or why it means nothing.
///
/// # Errors
/// When the method is not known or its data is not of its form.
pub fn command(rpc: &Rpc<'_>) -> Result<aihio_actors::engine::Command, Refusal> {
    use aihio_actors::engine::{Activity, Command};
    use aihio_actors::model::Role;
    Ok(match rpc.method.as_ref() {
        "message.send" => {
            let data: MessageSend = data(rpc)?;
            Command::SendMessage { client_id: data.id, text: data.text }
        }
        "answer.stop" => Command::StopAnswer { message_id: data::<AnswerStop>(rpc)?.message_id },
        "feedback.give" => {
            let data: FeedbackGive = data(rpc)?;
            check_length("comment", data.comment.as_deref(), TEXT_CHARS_MAX)?;
            Command::GiveFeedback { message_id: data.message_id, rating: data.rating, comment: data.comment }
        }
        "typing.set" => {
            let active = if data::<TypingSet>(rpc)?.active { Activity::Started } else { Activity::Stopped };
            Command::SetTyping { role: Role::Visitor, active }
        }
        "lead.submit" => Command::SubmitLead { fields: data(rpc)? },
        "agent.request" => {
            let data: AgentRequest = if rpc.data.is_some() { data(rpc)? } else { AgentRequest::default() };
            check_length("reason", data.reason.as_deref(), TEXT_CHARS_MAX)?;
            Command::RequestAgent { reason: data.reason }
        }
        unknown => {
            let known = "message.send, answer.stop, feedback.give, typing.set, lead.submit and agent.request";
            let shown: String = unknown.chars().take(64).collect();
            let message = format!("There is no method `{shown}`. There are {known}.");
            return Err(Refusal::new(RefusalCode::MethodNotFound, message));
        }
    })
}

/// The longest free text beside a message, in characters.
const TEXT_CHARS_MAX: usize = 2_000;

#[derive(Deserialize)]
struct MessageSend {
    id: aihio_actors::model::ClientId,
    text: String,
}

#[derive(Deserialize)]
struct AnswerStop {
    message_id: aihio_actors::model::MessageId,
}

#[derive(Deserialize)]
struct FeedbackGive {
    message_id: aihio_actors::model::MessageId,
    rating: aihio_actors::ports::Rating,
    #[serde(default)]
    comment: Option<String>,
}

#[derive(Deserialize)]
struct TypingSet {
    active: bool,
}

#[derive(Default, Deserialize)]
struct AgentRequest {
    #[serde(default)]
    reason: Option<String>,
}

fn data<'a, T: Deserialize<'a>>(rpc: &Rpc<'a>) -> Result<T, Refusal> {
    let raw = rpc.data.map_or("null", RawValue::get);
    serde_json::from_str(raw).map_err(|error| {
        let message = format!("The data of `{}` is not understood: {error}.", rpc.method);
        Refusal::new(RefusalCode::BadRequest, message)
    })
}

fn check_length(field: &str, text: Option<&str>, chars_max: usize) -> Result<(), Refusal> {
    if text.is_some_and(|text| text.chars().count() > chars_max) {
        let message = format!("`{field}` is longer than {chars_max} characters.");
        return Err(Refusal::new(RefusalCode::BadRequest, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rpc(line: &str) -> Result<aihio_actors::engine::Command, Refusal> {
        let line: CommandLine<'_> = serde_json::from_str(line).unwrap();
        command(&line.rpc.unwrap())
    }

    #[test]
    fn an_empty_object_is_a_pong() {
        let line: CommandLine<'_> = serde_json::from_str("{}").unwrap();
        assert!(line.id == 0 && line.connect.is_none() && line.rpc.is_none() && line.ping.is_none());
    }

    #[test]
    fn a_connect_command_of_the_javascript_client_is_understood() {
        let line = r#"{"connect":{"data":{"locale":"en"},"name":"js","subs":{"session:s1":{"recover":true,"offset":2,"epoch":"TeWj"}}},"id":6}"#;
        let line: CommandLine<'_> = serde_json::from_str(line).unwrap();
        let connect = line.connect.unwrap();
        let sub = &connect.subs["session:s1"];
        assert_eq!((line.id, sub.recover, sub.offset, sub.epoch.as_ref()), (6, true, 2, "TeWj"));
    }

    #[test]
    fn an_unknown_method_is_named_and_the_known_ones_are_told() {
        let refusal = rpc(r#"{"id":4,"rpc":{"method":"nope","data":{}}}"#).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::MethodNotFound);
        assert_eq!(
            error(4, &Refusal::new(RefusalCode::MethodNotFound, "method not found")),
            r#"{"id":4,"error":{"code":104,"message":"method not found"}}"#
        );
    }

    #[test]
    fn data_of_the_wrong_type_is_a_bad_request_that_says_where() {
        let refusal =
            rpc(r#"{"id":4,"rpc":{"method":"message.send","data":{"id":"a","text":7}}}"#).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadRequest);
        assert!(refusal.message.contains("expected a string"), "{}", refusal.message);
    }

    #[test]
    fn a_temporary_error_says_so_and_when_to_try_again() {
        let line = error(3, &Refusal::overloaded());
        assert!(line.contains(r#""temporary":true"#) && line.contains("1000 ms"), "{line}");
    }
}
