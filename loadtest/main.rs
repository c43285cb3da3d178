//! Open-loop load on the public visitor socket of aihio, by the public contract alone.
//!
//! One thread drives every socket, and a second one keeps the time. Arrivals follow a fixed schedule whatever the
//! server does, and every latency counts from the moment the schedule named, so that a server which stalls cannot
//! hide the messages it kept waiting. Each session's history is checked while it is timed: a fast wrong answer is
//! a violation and not a good figure.

mod arguments;
mod backoff;
mod connection;
mod conversation;
mod crowd;
mod dialogue;
mod echo;
mod fault;
mod pacer;
mod phase;
mod process;
mod progress;
mod recorder;
mod report;
mod scenario;
mod schedule;
mod seat;
mod serving;
mod target;
mod visitor;
mod wire;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

/// The run took place, but something was refused, closed or left undone.
const EXIT_FAULTS: u8 = 3;
/// The server broke the contract, or the run could not take place.
const EXIT_VIOLATIONS: u8 = 1;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match scenario::run(&arguments) {
        Ok(report) if report.has_violations() => ExitCode::from(EXIT_VIOLATIONS),
        Ok(report) if report.has_faults() => ExitCode::from(EXIT_FAULTS),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            progress::line(format_args!("aihio-loadtest: {error}"));
            ExitCode::from(EXIT_VIOLATIONS)
        }
    }
}
