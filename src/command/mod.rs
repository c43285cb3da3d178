//! The command line: one file a subcommand.

mod chat;
mod doctor;
mod failure;
mod ingest;
mod migrate;
mod openapi;
mod remote;
mod replay;
mod serve;
mod socket_echo;
mod terminal;
mod unique;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::{LoadOptions, Settings};
use failure::Failure;

const EXAMPLES: &str = "\
Examples:
  aihio                                         start, with everything local in ./data
  aihio --config production.toml                start with settings from a file
  AIHIO__HTTP__BIND=127.0.0.1:9000 aihio        start with one setting changed
  aihio chat guide                              talk to the chatbot that knows the manual
  aihio ingest my-bot handbook.pdf --key KEY    let a chatbot read a file
  aihio doctor                                  check everything that is configured

Every setting is in config/default.toml: `http.bind` is AIHIO__HTTP__BIND in the environment.
Exit codes: 0 done, 1 failed (the message says why and what to do), 2 wrong arguments.";

/// AI chatbots that answer from your documents, with citations: server, widget and dashboard in one program.
///
/// Without a command it starts the server.
#[derive(Debug, Parser)]
#[command(name = "aihio", version, after_help = EXAMPLES)]
struct Arguments {
    /// A settings file that lies over the defaults
    #[arg(long, value_name = "FILE", env = "AIHIO_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (the same as no command)
    Serve,
    /// Apply pending database migrations, then end
    Migrate,
    /// Talk to a chatbot in the terminal, over the public socket
    Chat(chat::ChatArguments),
    /// Let a chatbot read a file or a web page
    Ingest(ingest::IngestArguments),
    /// Print the OpenAPI document of the REST interface
    Openapi,
    /// Live a recorded conversation again, frame by frame, or have it answered with another configuration
    Replay(replay::ReplayArguments),
    /// Check every configured dependency and say what to mend
    Doctor(doctor::DoctorArguments),
    /// Read one document from standard input
    #[command(hide = true)]
    ExtractWorker,
    /// Send every WebSocket message back, for conformance suites
    #[command(hide = true)]
    SocketEcho(socket_echo::SocketEchoArguments),
}

/// Runs the program with the process's arguments and environment.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments.command.unwrap_or(Command::Serve);
    if matches!(command, Command::ExtractWorker) {
        return crate::extract::run_worker();
    }
    // An error means that a provider is installed already, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    let outcome = actix_rt::System::new().block_on(run(command, LoadOptions::from_process(arguments.config)));
    outcome.unwrap_or_else(|failure| {
        terminal::complain(&failure);
        ExitCode::FAILURE
    })
}

async fn run(command: Command, options: LoadOptions) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => serve::run(Settings::load(options)?).await,
        Command::Migrate => migrate::run(&Settings::load(options)?).await,
        Command::Chat(arguments) => chat::run(arguments).await,
        Command::Ingest(arguments) => ingest::run(arguments).await,
        Command::Openapi => openapi::run(),
        Command::Replay(arguments) => replay::run(&Settings::load(options)?, arguments).await,
        Command::Doctor(arguments) => Ok(Box::pin(doctor::run(options, &arguments)).await),
        Command::ExtractWorker => Ok(crate::extract::run_worker()),
        Command::SocketEcho(arguments) => socket_echo::run(&arguments).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn command(arguments: &[&str]) -> Option<Command> {
        Arguments::try_parse_from(arguments).unwrap().command
    }

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_command_is_to_serve_and_the_worker_is_not_advertised() {
        assert!(command(&["aihio"]).is_none());
        assert!(matches!(command(&["aihio", "serve"]), Some(Command::Serve)));
        assert!(matches!(command(&["aihio", "extract-worker"]), Some(Command::ExtractWorker)));
        assert!(!Arguments::command().render_help().to_string().contains("extract-worker"));
    }

    #[test]
    fn the_settings_file_can_be_named_before_and_after_the_command() {
        for arguments in
            [["aihio", "--config", "a.toml", "doctor"], ["aihio", "doctor", "--config", "a.toml"]]
        {
            let parsed = Arguments::try_parse_from(arguments).unwrap();
            assert_eq!(parsed.config, Some(PathBuf::from("a.toml")));
        }
    }

    #[test]
    fn wrong_arguments_are_told_apart_from_failures() {
        let error = Arguments::try_parse_from(["aihio", "sreve"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }
}
