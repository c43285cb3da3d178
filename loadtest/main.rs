//! Open-loop load on the public visitor socket of aihio, by the public contract alone.
//!
//! One thread drives every socket, and a second one keeps the time. Arrivals follow a fixed schedule whatever the
//! server does, and every latency counts from the moment the schedule named, so that a server which stalls cannot
//! hide the messages it kept waiting. Each session's history is checked while it is timed: a fast wrong answer is
//! a violation and not a good figure.

mod aggressor;
mod arguments;
mod backoff;
mod compare;
mod connection;
mod conversation;
mod crowd;
mod dialogue;
mod echo;
mod fanout;
mod fault;
mod halt;
mod latencies;
mod launch;
mod open_files;
mod output;
mod pacer;
mod phase;
mod play;
mod process;
mod recorder;
mod report;
mod rest;
mod scenario;
mod schedule;
mod seat;
mod serving;
mod target;
mod visitor;
mod watch;
mod wire;

use std::process::ExitCode;

use clap::Parser;
use thiserror::Error;
use tokio::runtime::Builder;

use crate::arguments::{Arguments, Command, RunArguments};
use crate::compare::CompareError;
use crate::launch::{Aihio, AihioPlan, LaunchError};
use crate::output::OutputError;
use crate::play::RunError;
use crate::report::Report;
use crate::scenario::{LoadError, Scenario};
use crate::watch::plain;

/// The server broke the contract, or the run could not take place.
const EXIT_VIOLATIONS: u8 = 1;
/// The scenario can't be meant; what the command line's reader says too.
const EXIT_USAGE: u8 = 2;
/// The run took place, but something was refused, closed or left undone.
const EXIT_FAULTS: u8 = 3;
/// A threshold was missed.
const EXIT_THRESHOLDS: u8 = 4;
/// The run was ended early: 128 and the number of SIGINT, as shells say.
const EXIT_EARLY: u8 = 130;

/// Why there is no report.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Scenario(#[from] LoadError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error(transparent)]
    Compare(#[from] CompareError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

fn main() -> ExitCode {
    match carry_out(&Arguments::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            plain::line(format_args!("aihio-loadtest: {failure}"));
            ExitCode::from(match failure {
                Failure::Scenario(_) | Failure::Run(RunError::Scenario(_)) => EXIT_USAGE,
                Failure::Compare(CompareError::Interrupted) => EXIT_EARLY,
                _ => EXIT_VIOLATIONS,
            })
        }
    }
}

/// Does what was asked for; gives the exit code.
fn carry_out(command: &Command) -> Result<u8, Failure> {
    if let Command::Compare(arguments) = command {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(CompareError::System)?;
        let comparison = runtime.block_on(compare::run(arguments))?;
        output::write_comparison(&comparison, arguments)?;
        return Ok(if comparison.has_faults() { EXIT_FAULTS } else { 0 });
    }
    let Some(load) = command.load() else { return Ok(EXIT_USAGE) };
    let (mut scenario, output) = load?;
    // Stopped when it is dropped, which is after the report.
    let _server = match command {
        Command::Run(RunArguments { start: Some(program), server_core, .. }) => {
            Some(start(&mut scenario, AihioPlan::of(program, *server_core))?)
        }
        _ => None,
    };
    let report = play::run(&scenario, output.view())?;
    output::write(&report, output)?;
    Ok(code(&report))
}

/// Starts a server for a scenario.
fn start(scenario: &mut Scenario, plan: AihioPlan) -> Result<Aihio, LaunchError> {
    open_files::raise()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server = runtime.block_on(Aihio::start(plan))?;
    server.receive(scenario);
    Ok(server)
}

fn code(report: &Report) -> u8 {
    match report {
        report if report.has_violations() => EXIT_VIOLATIONS,
        report if report.ended_early => EXIT_EARLY,
        report if report.misses_thresholds() => EXIT_THRESHOLDS,
        report if report.has_faults() => EXIT_FAULTS,
        _ => 0,
    }
}
