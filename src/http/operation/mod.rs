//! For those who run the server.

pub(super) mod document;
#[cfg(feature = "faults")]
pub(super) mod faults;
pub(super) mod live;
pub(super) mod metrics;
pub(super) mod ready;
pub(super) mod tree;
