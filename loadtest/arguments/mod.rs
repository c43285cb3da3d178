//! The command line: what to load, how much of it, and how to say what came of it.

mod scenario;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::compare::Cores;
use crate::scenario::{
    RATE_MAX, SOCKETS_MAX, SOURCE_ADDRESSES_MAX, Setting, TEXT_BYTES_MAX, amount, chatbot_id,
};

const AFTER_HELP: &str = "\
Latency counts from the moment the schedule named, not from the moment the message left: a server (or a client) that
stalls cannot hide what it kept waiting. `send lag` is this program's own part of it; when it grows, the load generator
is what is slow, and the other figures say nothing about the server.

Scenarios that come with the program: chat, connect, fanout, idle, mixed, neighbours, overload, raw, reconnect, short, soak.

Examples:
  aihio-loadtest run short --start target/release/aihio
  aihio-loadtest run chat --start target/release/aihio --set phases.1.rate=2000 --html report.html
  aihio-loadtest run my.toml --set target.chatbot=ID --json report.json
  aihio-loadtest connect --chatbot ID --sockets 1000 --connect-rate 500
  aihio-loadtest idle --chatbot ID --sockets 10000 --duration 30s --server-pid $(pidof aihio)
  aihio-loadtest chat --chatbot ID --sockets 64 --saturate --expect-echo --server-pid $(pidof aihio)
  aihio-loadtest chat --chatbot ID --url http://127.0.0.1:8080,http://127.0.0.1:8081 --reconnect --expect-echo \\
    --sockets 1000 --rate 200 --duration 60s --drain 60s     (restart the servers one after the other meanwhile)
  aihio-loadtest raw --url ws://127.0.0.1:9001/ --sockets 64 --saturate
  aihio-loadtest compare --rounds 5

A server under test should run with AIHIO__LIMITS__ENABLED=false, or its rate limits are what gets measured.

Exit code:
    0  all went well, and every threshold was kept
    1  the server broke the contract, or the run could not take place
    2  wrong usage, or a scenario that can't be meant
    3  nothing was broken, but something was refused, closed or left undone, and no threshold on `errors` allows it
    4  a threshold was missed, or its figure was not measured
  130  somebody ended the run early; the report tells what was measured until then";

/// Open-loop load on the visitor socket of aihio, with every conversation checked.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario: a TOML file, or one that comes with the program, by its name.
    Run(RunArguments),
    /// Open sockets at a fixed rate; report how long until each had its session.
    Connect(ConnectArguments),
    /// Hold silent sockets; with --server-pid, report what each costs in memory.
    Idle(IdleArguments),
    /// Send messages and check every conversation: acknowledged once, answered once, no hole, no altered byte.
    Chat(ChatArguments),
    /// Send texts to any WebSocket echo server: the floor to compare with.
    Raw(RawArguments),
    /// Start aihio and bare WebSocket servers one after the other, and compare what they cost.
    Compare(CompareArguments),
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The aihio to measure; the one beside this program unless given.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) aihio: Option<PathBuf>,
    /// Where peer-actix and peer-tokio are; beside this program unless given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) peers: Option<PathBuf>,
    /// How often everything is measured; medians are shown.
    #[arg(long, value_name = "COUNT", default_value = "3", value_parser = number(100))]
    pub(crate) rounds: NonZeroU32,
    /// Numbers of sockets that send; the largest of them connects, watches and idles too.
    #[arg(long, value_name = "COUNT", default_value = "64,1000,10000", value_delimiter = ',',
        value_parser = number(SOCKETS_MAX))]
    pub(crate) sockets: Vec<NonZeroU32>,
    /// Messages, or deliveries, a second.
    #[arg(long, value_name = "PER_SECOND", default_value = "5000", value_parser = number(RATE_MAX))]
    pub(crate) rate: NonZeroU32,
    /// Connections begun a second.
    #[arg(long, value_name = "PER_SECOND", default_value = "1000", value_parser = number(RATE_MAX))]
    pub(crate) connect_rate: NonZeroU32,
    /// How long messages are sent in each measurement, after two seconds that don't count.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = number(3_600))]
    pub(crate) seconds: NonZeroU32,
    /// The cores of the server and of the load; `none` leaves both to the system.
    #[arg(long, value_name = "SERVER,LOAD", default_value = "0,1", value_parser = cores)]
    pub(crate) cores: CoresArgument,
    /// Write all figures as JSON to a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Two cores, or none: a list to the reader of command lines unless it has a name.
pub(crate) type CoresArgument = Option<Cores>;

fn cores(text: &str) -> Result<CoresArgument, String> {
    if text == "none" {
        return Ok(None);
    }
    let pair =
        text.split_once(',').and_then(|(server, load)| Some((server.parse().ok()?, load.parse().ok()?)));
    let (server, load) = pair.ok_or("two numbers such as 0,1 are needed, or `none`")?;
    Ok(Some(Cores { server, load }))
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The scenario.
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// Puts a value in the place of the file's: `sockets.count=1000`, `phases.0.rate=50`, `thresholds.ack.p99=5ms`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<Setting>,
    /// Start this aihio on an empty folder, load it, and stop it. Settings in the environment (AIHIO__…) reach it.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) start: Option<PathBuf>,
    /// Pin the server that --start starts to this core.
    #[arg(long, value_name = "CORE", requires = "start")]
    pub(crate) server_core: Option<u32>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Arguments of `connect`.
#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    #[command(flatten)]
    pub(crate) chatbot: ChatbotArguments,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Arguments of `idle`.
#[derive(Debug, Args)]
pub(crate) struct IdleArguments {
    #[command(flatten)]
    pub(crate) chatbot: ChatbotArguments,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    /// How long to hold the sockets once all are open.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = amount::duration)]
    pub(crate) duration: Duration,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Arguments of `chat`.
#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    #[command(flatten)]
    pub(crate) chatbot: ChatbotArguments,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Come back when a socket is lost, as published clients do: wait (0.5 s and more, by lot), recover by offset, send
    /// again under the same id what was not acknowledged or was refused for now.
    #[arg(long)]
    pub(crate) reconnect: bool,
    /// The chatbot answers with `echo`: every answer must equal its question, byte for byte.
    #[arg(long)]
    pub(crate) expect_echo: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Arguments of `raw`.
#[derive(Debug, Args)]
pub(crate) struct RawArguments {
    /// The echo server's address.
    #[arg(long, default_value = "ws://127.0.0.1:9001/")]
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Whom the visitors visit.
#[derive(Debug, Args)]
pub(crate) struct ChatbotArguments {
    /// The server's address. Of several, separated by commas, sockets take turns; who comes back takes the next one.
    #[arg(long = "url", value_name = "URL", default_value = "http://127.0.0.1:8080", value_delimiter = ',')]
    pub(crate) urls: Vec<String>,
    /// The chatbot's id.
    #[arg(long, value_name = "ID", value_parser = chatbot_id)]
    pub(crate) chatbot: String,
}

/// How many sockets, and how they are made.
#[derive(Debug, Args)]
pub(crate) struct SocketArguments {
    /// Sockets to open, each with a session of its own (at most 200,000).
    #[arg(long, value_name = "COUNT", default_value = "64", value_parser = number(SOCKETS_MAX))]
    pub(crate) sockets: NonZeroU32,
    /// Connections begun a second.
    #[arg(long, value_name = "PER_SECOND", default_value = "200", value_parser = number(RATE_MAX))]
    pub(crate) connect_rate: NonZeroU32,
    /// How long one connection may take.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = amount::duration)]
    pub(crate) connect_timeout: Duration,
    /// Addresses 127.0.0.1 to 127.0.0.N to connect from in turn; one for every 20,000 sockets unless given.
    #[arg(long, value_name = "COUNT", value_parser = number(SOURCE_ADDRESSES_MAX))]
    pub(crate) source_addresses: Option<NonZeroU32>,
    /// An Origin header for the handshake; none is sent unless given.
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// Load a server on another machine too. Only do this to a server that is yours.
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// The server's process: its CPU time and memory are read from /proc.
    #[arg(long, value_name = "PID")]
    pub(crate) server_pid: Option<NonZeroU32>,
}

/// How much to say, and how fast.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Messages a second over all sockets together, whatever the server does (open loop).
    #[arg(long, value_name = "PER_SECOND", default_value = "1000", value_parser = number(RATE_MAX))]
    pub(crate) rate: NonZeroU32,
    /// How long to send.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = amount::duration)]
    pub(crate) duration: Duration,
    /// Bytes of each message's text.
    #[arg(long, value_name = "BYTES", default_value = "100", value_parser = number(TEXT_BYTES_MAX))]
    pub(crate) text_bytes: NonZeroU32,
    /// Closed loop instead: each socket sends its next message as soon as the last is answered.
    #[arg(long, conflicts_with = "rate")]
    pub(crate) saturate: bool,
    /// How long to wait for what is still unanswered when the sending is over.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = amount::duration)]
    pub(crate) drain: Duration,
}

/// Where the report goes beside the table on standard output.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Write the report as JSON to a file; without one, to standard output in the table's place.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report as one page with plots that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Lines of text while the run goes on, even in a terminal.
    #[arg(long)]
    pub(crate) plain: bool,
}

/// A number from 1 to `max`.
fn number(max: u32) -> impl Fn(&str) -> Result<NonZeroU32, String> + Clone {
    move |text: &str| {
        let wanted = || format!("a number from 1 to {max} is needed");
        let number = text.replace('_', "").parse::<NonZeroU32>().map_err(|_| wanted())?;
        if number.get() > max { Err(wanted()) } else { Ok(number) }
    }
}
