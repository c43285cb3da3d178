//! The fault harness: real servers, real databases, a model that fails, a network that breaks; and a checker that knows
//! nothing but what clients saw. `make faults` runs it for long and writes a report.
//!
//! A run is a seed and how many faults of each kind are wanted. The seed is printed and `AIHIO_FAULTS_SEED` replays it.
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

#[expect(dead_code, reason = "the black-box tests use the rest of it")]
#[path = "../support/mod.rs"]
mod support;

mod cast;
mod checker;
mod clock;
mod disk;
mod line;
mod long;
mod mutants;
mod nemesis;
mod oracle;
mod panics;
mod plan;
mod power;
mod process;
mod proxy;
mod pulse;
mod report;
mod run;
mod scarcity;
mod seed;
mod short;
mod spend;
mod talk;
mod tamper;
mod visitor;
mod workload;
