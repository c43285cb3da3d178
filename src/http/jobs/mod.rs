//! Runs over sources.

pub(super) mod cancel;
pub(super) mod events;
pub(super) mod list;
pub(super) mod pause;
pub(super) mod read;
pub(super) mod resume;
pub(super) mod schema;
mod view;
