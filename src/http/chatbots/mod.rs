//! Chatbots and their configurations.

pub mod create;
pub mod delete;
pub mod duplicate;
pub mod list;
mod patch;
pub mod public;
pub mod read;
pub mod restore;
pub mod schema;
pub mod search;
mod slug;
pub mod update;
mod validate;
pub mod versions;
mod view;
