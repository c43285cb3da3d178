//! `aihio socket-echo`: the framing of the visitor's socket with an echo behind it, for conformance suites.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::terminal;
use crate::socket::run_echo;

#[derive(Debug, Args)]
pub(super) struct SocketEchoArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    bind: SocketAddr,
}

pub(super) async fn run(arguments: &SocketEchoArguments) -> Result<ExitCode, Failure> {
    let listening = |address: SocketAddr| terminal::note(&format!("listening on {address}"));
    run_echo(arguments.bind, listening)
        .await
        .map_err(|error| Failure::new("the echo can't be served").because(&error))?;
    Ok(ExitCode::SUCCESS)
}
