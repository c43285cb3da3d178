//! Runs over sources.

pub mod cancel;
pub mod events;
pub mod list;
pub mod read;
pub mod schema;
mod view;
