//! What was used.

pub mod usage;
