//! Anthropic's Messages API: the system prompt apart from the conversation, turns that alternate, named events.

mod body;
mod event;

pub(super) use body::Body;
pub(super) use event::read;

/// The version of the protocol, sent with each request.
pub(super) const VERSION: &str = "2023-06-01";
