//! The black-box tests: one binary, a real server a test. A folder a subject, a sentence a test.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test may fail loudly, and stands outside what the product must inject"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod api;
mod clients;
mod cluster;
mod drain;
mod durability;
mod first_minute;
mod pages;
mod replay;
mod site_of_many_pages;
mod socket;
mod storage;
mod stores;
