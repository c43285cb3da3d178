//! The caller's account.

pub(super) mod api_keys;
pub(super) mod audit;
pub(super) mod read;
pub(super) mod update;
mod view;
