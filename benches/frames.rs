//! What a visitor's socket reads and writes in a turn.

use aihio::socket::protocol::{self, CommandLine};
use aihio_actors::engine::{Command, Duplicate, Reply};
use aihio_actors::model::{
    ClientId, MessageId, Publication, PublicationData, Role, Seq, SessionId, Timestamp,
};
use bytestring::ByteString;
use uuid::Uuid;

/// A message of 100 bytes, as clients send it.
pub(crate) const SENT: &str = r#"{"id":2,"rpc":{"method":"message.send","data":{"id":"0190b1a0-0000-7000-8000-000000000001","text":"Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?"}}}"#;
/// 100 bytes.
const TEXT: &str =
    "Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?";

/// What a line means; none where it means nothing.
pub(crate) fn parse(line: &str) -> Option<Command> {
    let line: CommandLine<'_> = serde_json::from_str(line).ok()?;
    protocol::command(&line.rpc?).ok()
}

/// The reply that says "stored".
pub(crate) fn acknowledgement(id: u32) -> String {
    let reply = Reply::Sent { seq: Seq(21), message_id: message_id(), duplicate: Duplicate::No };
    protocol::rpc_reply(id, &Ok(reply))
}

/// An answer that nobody has written down yet.
pub(crate) fn answer() -> Publication {
    Publication::ephemeral(PublicationData::Message {
        message_id: message_id(),
        client_id: ClientId::parse("0190b1a0-0000-7000-8000-000000000001").ok(),
        role: Role::Assistant,
        text: TEXT.to_owned(),
        reply_to: Some(message_id()),
        citations: Vec::new(),
        at: Timestamp::UNIX_EPOCH,
    })
}

/// The line that tells of it.
pub(crate) fn write(publication: &Publication) -> ByteString {
    protocol::push(SessionId::from_uuid(Uuid::from_u128(1)), publication)
}

const fn message_id() -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(2))
}
