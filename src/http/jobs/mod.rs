//! Runs over sources.

pub(super) mod cancel;
pub(super) mod events;
pub(super) mod list;
pub(super) mod read;
pub(super) mod schema;
mod view;
