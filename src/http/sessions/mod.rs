//! Conversations: begun by visitors, read and taken over by the team.

pub mod close;
pub mod delete;
pub mod list;
pub mod messages;
pub mod open;
pub mod read;
pub mod receipt;
pub mod release;
pub mod say;
pub mod schema;
pub mod takeover;
mod view;

pub(crate) use view::Message;
