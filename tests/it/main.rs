//! The tests of the whole, in one program.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on has failed"
)]

mod stores;
#[path = "../support/mod.rs"]
mod support;
