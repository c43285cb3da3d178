//! The caller's account.

pub mod api_keys;
pub mod read;
pub mod update;
mod view;
