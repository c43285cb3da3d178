//! Chatbots and their configurations.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod draft;
pub(super) mod duplicate;
pub(super) mod evaluate;
pub(super) mod list;
mod patch;
pub(super) mod public;
pub(super) mod questions;
pub(super) mod read;
pub(super) mod restore;
pub(super) mod schema;
pub(super) mod search;
pub(super) mod secrets;
mod slug;
pub(super) mod tools;
pub(super) mod tools_schema;
pub(super) mod update;
mod validate;
pub(super) mod versions;
mod view;
