//! The one file that knows `actix-web-actors`: the crate is deprecated, and what comes after it will take its place
//! here. It hands out frames and fragments; whole messages are made of them below.

pub(super) use actix_http::ws::{CloseCode, CloseReason, Message, ProtocolError};
pub(super) use actix_web_actors::ws::{WebsocketContext, WsResponseBuilder};

use actix_http::ws::Item as Fragment;
use bytestring::ByteString;

use super::assembly::{Assembly, Kind};
use super::close::Disconnect;

/// A message of a peer, whole.
pub(super) enum Incoming {
    Text(ByteString),
    Binary(bytes::Bytes),
    Ping(bytes::Bytes),
    Closed(Option<CloseReason>),
}

/// Makes whole messages of what the codec hands out: one frame each, or fragments.
pub(super) fn read_message(
    message: Result<Message, ProtocolError>,
    assembly: &mut Option<Box<Assembly>>,
    bytes_max: usize,
) -> Result<Option<Incoming>, Disconnect> {
    let fragment = match message {
        Ok(Message::Text(text)) => return Ok(Some(Incoming::Text(text))),
        Ok(Message::Binary(bytes)) => return Ok(Some(Incoming::Binary(bytes))),
        Ok(Message::Ping(payload)) => return Ok(Some(Incoming::Ping(payload))),
        Ok(Message::Close(reason)) => return Ok(Some(Incoming::Closed(reason))),
        Ok(Message::Pong(_) | Message::Nop) => return Ok(None),
        Ok(Message::Continuation(fragment)) => fragment,
        Err(error) => return Err(broken(&error)),
    };
    let parts = assembly.get_or_insert_with(|| Box::new(Assembly::new(bytes_max)));
    match fragment {
        Fragment::FirstText(part) => parts.first(Kind::Text, &part)?,
        Fragment::FirstBinary(part) => parts.first(Kind::Binary, &part)?,
        Fragment::Continue(part) => parts.more(&part)?,
        Fragment::Last(part) => {
            let (kind, bytes) = parts.last(&part)?;
            *assembly = None;
            return Ok(Some(match kind {
                Kind::Binary => Incoming::Binary(bytes),
                Kind::Text => {
                    Incoming::Text(ByteString::try_from(bytes).map_err(|_| Disconnect::InvalidText)?)
                }
            }));
        }
    }
    Ok(None)
}

/// The codec tells text that is no UTF-8 from other faults only by its words.
fn broken(error: &ProtocolError) -> Disconnect {
    match error {
        ProtocolError::Overflow => Disconnect::TooBig,
        ProtocolError::Io(error) if error.to_string().contains("utf-8") => Disconnect::InvalidText,
        _ => Disconnect::ProtocolBroken,
    }
}
