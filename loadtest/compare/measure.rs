//! What is measured of each server, and by which scenario.

use std::fmt;
use std::num::NonZeroU32;

use crate::arguments::CompareArguments;
use crate::compare::subject::{Server, Subject};

/// Sockets that share a room or a session: what aihio allows.
const WATCHERS: u32 = 64;
/// Silent sockets that open before memory is read: as many as make a server give back what its start has taken.
const WARM_UP_MIN: u32 = 200;
/// Messages to one room each second are as many deliveries as others make messages.
const DELIVERIES_PER_MESSAGE: u32 = WATCHERS;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// A text and its return, or a whole turn of a chatbot that answers with the question.
    Turn { sockets: NonZeroU32 },
    /// A new socket; with a chatbot, one with a session.
    Connect { sockets: NonZeroU32 },
    /// A message's way to one of those who watch.
    Fanout { sockets: NonZeroU32 },
    /// A silent socket's memory.
    Idle { sockets: NonZeroU32 },
}

/// What a row's figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Microseconds of the server's CPU for each item.
    Cpu,
    /// Bytes of the server's memory (PSS) for each socket.
    Memory,
}

impl Measure {
    /// Every row, in the order of the table.
    pub(super) fn all(arguments: &CompareArguments) -> Vec<Self> {
        let mut all: Vec<_> =
            arguments.sockets.iter().map(|sockets| Self::Turn { sockets: *sockets }).collect();
        if let Some(sockets) = arguments.sockets.iter().max().copied() {
            all.extend([Self::Connect { sockets }, Self::Fanout { sockets }, Self::Idle { sockets }]);
        }
        all
    }

    /// Whether a server can be measured in this way, and says something new.
    pub(super) fn fits(self, subject: Subject) -> bool {
        match self {
            Self::Turn { .. } => true,
            // The bare server has no rooms.
            Self::Fanout { .. } => matches!(subject, Subject::Actix | Subject::AihioSqlite),
            Self::Connect { .. } | Self::Idle { .. } => subject != Subject::AihioPostgres,
        }
    }

    /// What its figures are.
    pub(super) fn counted(self) -> Counted {
        match self {
            Self::Idle { .. } => Counted::Memory,
            _ => Counted::Cpu,
        }
    }

    /// The scenario that measures it.
    pub(super) fn scenario(self, server_has_chatbot: bool) -> &'static str {
        match self {
            Self::Turn { .. } if server_has_chatbot => "chat",
            Self::Turn { .. } => "raw",
            Self::Connect { .. } => "connect",
            Self::Fanout { .. } => "fanout",
            Self::Idle { .. } => "idle",
        }
    }

    /// The command line that runs it: the scenario, and what is set in it.
    pub(super) fn settings(self, server: &Server, arguments: &CompareArguments) -> Vec<String> {
        let scenario = self.scenario(server.chatbot.is_some());
        let path = match (self, &server.chatbot) {
            (Self::Fanout { .. }, None) => "/rooms",
            (_, None) => "/",
            (_, Some(_)) => "",
        };
        let mut set = vec![format!("target.url={}{path}", server.url)];
        set.extend(server.chatbot.iter().map(|chatbot| format!("target.chatbot={chatbot}")));
        set.extend(server.pid.map(|pid| format!("target.server_pid={pid}")));
        let (duration, rate) = (format!("{}s", arguments.seconds), arguments.rate);
        match self {
            Self::Turn { sockets } => {
                set.extend([
                    format!("sockets.count={sockets}"),
                    format!("sockets.rate={}", arguments.connect_rate),
                ]);
                set.extend([format!("phases.0.rate={rate}"), format!("phases.1.rate={rate}")]);
                set.extend([String::from("phases.0.duration=2s"), format!("phases.1.duration={duration}")]);
            }
            Self::Connect { sockets } => {
                let seconds = f64::from(sockets.get()) / f64::from(arguments.connect_rate.get());
                let half = format!("{:.3}s", (seconds / 2.0).max(0.001));
                set.extend((0..2).flat_map(|phase| {
                    [
                        format!("phases.{phase}.rate={}", arguments.connect_rate),
                        format!("phases.{phase}.duration={half}"),
                    ]
                }));
            }
            Self::Fanout { sockets } => {
                let rate = (rate.get() / DELIVERIES_PER_MESSAGE).max(1);
                set.extend([
                    format!("sockets.count={sockets}"),
                    format!("sockets.rate={}", arguments.connect_rate),
                ]);
                set.extend([format!("sockets.watchers={WATCHERS}"), format!("phases.0.rate={rate}")]);
                set.extend([format!("phases.1.rate={rate}"), format!("phases.1.duration={duration}")]);
            }
            Self::Idle { sockets } => {
                let warm_up = (sockets.get() / 10).max(WARM_UP_MIN);
                set.extend([
                    format!("sockets.count={}", sockets.get() + warm_up),
                    format!("sockets.warm_up={warm_up}"),
                ]);
                set.extend([
                    format!("sockets.rate={}", arguments.connect_rate),
                    String::from("phases.0.duration=3s"),
                ]);
            }
        }
        let words = set.into_iter().flat_map(|set| [String::from("--set"), set]);
        [String::from("run"), scenario.to_owned()].into_iter().chain(words).collect()
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn { sockets } => write!(formatter, "echo or turn, {sockets} sockets"),
            Self::Connect { sockets } => write!(formatter, "connect, {sockets} sockets"),
            Self::Fanout { sockets } => write!(formatter, "delivery, {sockets} watchers"),
            Self::Idle { sockets } => write!(formatter, "idle memory, {sockets} sockets"),
        }
    }
}
