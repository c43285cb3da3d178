//! What was used.

pub(super) mod usage;
