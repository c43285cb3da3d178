//! Conversations: begun by visitors, read and taken over by the team.

pub(super) mod close;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod messages;
pub(super) mod open;
mod outdated;
pub(super) mod read;
pub(super) mod receipt;
pub(super) mod release;
pub(super) mod say;
pub(super) mod schema;
pub(super) mod takeover;
mod view;

pub(crate) use view::Message;
