//! Frames as lines of the visitor socket.

use aihio_actors::chatbot::session::replay::Frame;
use aihio_actors::model::SessionId;

use crate::socket::protocol;

/// The line that a socket sends for a frame. A reply to somebody who did not ask over a socket has the number 0.
#[must_use]
pub fn line(session: SessionId, frame: &Frame) -> String {
    match frame {
        Frame::Publication(publication) => protocol::push(session, publication).to_string(),
        Frame::Reply(number, outcome) => protocol::rpc_reply(*number, outcome),
    }
}
