//! For those who run the server.

pub mod document;
pub mod live;
pub mod metrics;
pub mod ready;
pub mod tree;
