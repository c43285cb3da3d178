//! Plans, and what is left of them.

pub(super) mod plans;
pub(super) mod read;
mod view;
