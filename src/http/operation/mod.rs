//! For those who run the server.

pub(super) mod document;
pub(super) mod live;
pub(super) mod metrics;
pub(super) mod ready;
pub(super) mod tree;
