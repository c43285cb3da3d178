//! The command line: what to load, how much of it, and how to say what came of it.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::report::Format;

/// Sockets that one run may hold: what the ephemeral ports of nine loopback addresses allow.
const SOCKETS_MAX: i64 = 200_000;
/// Arrivals a second, of messages or of connections.
const RATE_MAX: i64 = 1_000_000;
/// A run that nobody watches ends by itself.
const DURATION_MAX: Duration = Duration::from_secs(3_600);
/// Keeps a command below the 64 KiB that the server takes in one frame.
const TEXT_BYTES_MAX: i64 = 32_000;

const AFTER_HELP: &str = "\
Latency counts from the moment the schedule named, not from the moment the message left: a server (or a client) that
stalls cannot hide what it kept waiting. `send lag` is this program's own part of it; when it grows, the load generator
is what is slow, and the other figures say nothing about the server.

Examples:
  aihio-loadtest connect --chatbot ID --sockets 1000 --connect-rate 500
  aihio-loadtest idle --chatbot ID --sockets 10000 --duration 30s --server-pid $(pidof aihio)
  aihio-loadtest chat --chatbot ID --sockets 64 --rate 1000 --duration 10s
  aihio-loadtest chat --chatbot ID --sockets 64 --saturate --expect-echo --server-pid $(pidof aihio)
  aihio-loadtest chat --chatbot ID --url http://127.0.0.1:8080,http://127.0.0.1:8081 --reconnect --expect-echo \
    --sockets 1000 --rate 200 --duration 60s --drain 60s     (restart the servers one after the other meanwhile)
  aihio-loadtest echo --url ws://127.0.0.1:9001/ --sockets 64 --saturate

A server under test should run with AIHIO__LIMITS__ENABLED=false, or its rate limits are what gets measured.

Exit code: 0 all went well; 1 the server broke the contract, or the run could not take place; 2 wrong usage;
3 nothing was broken, but something was refused, closed or left undone (expected beyond the server's capacity).";

/// Open-loop load on the visitor socket of aihio, with every conversation checked.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What to do to the server.
    #[command(subcommand)]
    pub(crate) scenario: Scenario,
}

/// What to do to the server.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// Open sockets at a fixed rate; report how long until each had its session.
    Connect(ConnectArguments),
    /// Hold silent sockets; with --server-pid, report what each costs in memory.
    Idle(IdleArguments),
    /// Send messages and check every conversation: acknowledged once, answered once, no hole, no altered byte.
    Chat(ChatArguments),
    /// Send texts to any WebSocket echo server: the floor to compare with.
    Echo(EchoArguments),
}

/// Arguments of `connect`.
#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    #[command(flatten)]
    pub(crate) chatbot: ChatbotArguments,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
}

/// Arguments of `idle`.
#[derive(Debug, Args)]
pub(crate) struct IdleArguments {
    #[command(flatten)]
    pub(crate) chatbot: ChatbotArguments,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    /// How long to hold the sockets once all are open (at most 1h).
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,
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
}

/// Arguments of `echo`.
#[derive(Debug, Args)]
pub(crate) struct EchoArguments {
    /// The echo server's address.
    #[arg(long, default_value = "ws://127.0.0.1:9001/")]
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) sockets: SocketArguments,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
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
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) connect_timeout: Duration,
    /// Addresses 127.0.0.1 to 127.0.0.N to connect from in turn; one for every 20,000 sockets unless given.
    #[arg(long, value_name = "COUNT", value_parser = number(250))]
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
    /// Print the report as JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much to say, and how fast.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Messages a second over all sockets together, whatever the server does (open loop).
    #[arg(long, value_name = "PER_SECOND", default_value = "1000", value_parser = number(RATE_MAX))]
    pub(crate) rate: NonZeroU32,
    /// How long to send (at most 1h).
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,
    /// Bytes of each message's text.
    #[arg(long, value_name = "BYTES", default_value = "100", value_parser = number(TEXT_BYTES_MAX))]
    pub(crate) text_bytes: NonZeroU32,
    /// Closed loop instead: each socket sends its next message as soon as the last is answered.
    #[arg(long, conflicts_with = "rate")]
    pub(crate) saturate: bool,
    /// How long to wait for what is still unanswered when the sending is over.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub(crate) drain: Duration,
}

impl SocketArguments {
    /// For whom the report is written.
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Table }
    }
}

impl LoadArguments {
    /// Bytes of each message's text.
    pub(crate) fn text_length(&self) -> usize {
        usize::try_from(self.text_bytes.get()).unwrap_or(usize::MAX)
    }
}

/// A number from 1 to `max`.
fn number(max: i64) -> impl Fn(&str) -> Result<NonZeroU32, String> + Clone {
    move |text: &str| {
        let wanted = || format!("a number from 1 to {max} is needed");
        let number = text.replace('_', "").parse::<NonZeroU32>().map_err(|_| wanted())?;
        if i64::from(number.get()) > max { Err(wanted()) } else { Ok(number) }
    }
}

/// A duration such as `500ms`, `10s`, `2m` or `1h`, above zero and at most an hour.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let wrong = || String::from("a duration such as 500ms, 10s or 2m is needed");
    let amount: u64 = digits.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => Some(amount),
        "s" => amount.checked_mul(1_000),
        "m" => amount.checked_mul(60_000),
        "h" => amount.checked_mul(3_600_000),
        _ => return Err(wrong()),
    };
    match milliseconds.map(Duration::from_millis) {
        Some(duration) if !duration.is_zero() && duration <= DURATION_MAX => Ok(duration),
        _ => Err(String::from("from 1ms to 1h is possible")),
    }
}

/// An id that can stand in a path as it is.
fn chatbot_id(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !text.is_empty() && text.len() <= 64 && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(String::from("an id of letters, digits, `-` and `_` is needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_have_a_unit_and_an_end() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "10", "s", "0s", "2h", "-1s", "1.5s", "99999999999999999999s", "9999999999999999h"]
        {
            assert!(duration(wrong).is_err(), "{wrong} was accepted");
        }
    }

    #[test]
    fn every_amount_has_a_maximum() {
        let parse = |extra: &[&str]| {
            let given = ["aihio-loadtest", "chat", "--chatbot", "c"].into_iter().chain(extra.iter().copied());
            Arguments::try_parse_from(given).is_ok()
        };
        assert!(parse(&["--sockets", "200_000", "--rate", "1000000", "--text-bytes", "32000"]));
        for extra in [["--sockets", "200001"], ["--sockets", "0"], ["--rate", "0"], ["--text-bytes", "32001"]]
        {
            assert!(!parse(&extra), "{extra:?} was accepted");
        }
        assert!(!parse(&["--saturate", "--rate", "5"]));
        assert!(!parse(&["--chatbot", "../x"]));
    }
}
