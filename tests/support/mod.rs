//! What tests stand on: servers that end with the test process, and folders that are gone after it.

mod attached;
mod folder;
pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod store;

pub(crate) use folder::Folder;
