//! Runs over sources.

pub mod cancel;
pub mod events;
pub mod list;
pub mod read;
mod view;

pub use view::{JobStageSchema, JobStateSchema};
