//! Plans, and what is left of them.

pub mod plans;
pub mod read;
mod view;
