//! A scenario as data: whom to load, with how much, for how long, and which figures it must reach. A file says it, or
//! the arguments of a command.

pub(crate) mod amount;
mod figure;
pub(crate) mod overlay;
pub(crate) mod reading;
mod section;
mod shipped;
#[cfg(test)]
mod tests;
mod threshold;

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use crate::conversation::{Expectation, Persistence};
pub(crate) use crate::scenario::figure::{Expression, Figure, FigureOf, Statistic, Unit};
pub(crate) use crate::scenario::overlay::Setting;
pub(crate) use crate::scenario::reading::chatbot_id;
pub(crate) use crate::scenario::section::ScenarioError;
#[cfg(test)]
pub(crate) use crate::scenario::shipped::SHIPPED;
pub(crate) use crate::scenario::shipped::{LoadError, load};
pub(crate) use crate::scenario::threshold::{Bound, Threshold};
use crate::schedule::Schedule;

/// Sockets that one run may hold: what the ephemeral ports of nine loopback addresses allow.
pub(crate) const SOCKETS_MAX: u32 = 200_000;
/// Arrivals a second, of messages, calls or connections.
pub(crate) const RATE_MAX: u32 = 1_000_000;
/// Keeps a command below the 64 KiB that the server takes in one frame.
pub(crate) const TEXT_BYTES_MAX: u32 = 32_000;
/// Loopback addresses to connect from.
pub(crate) const SOURCE_ADDRESSES_MAX: u32 = 250;

/// Sockets that share a session unless a scenario says so: what the server allows.
pub(crate) const WATCHERS: NonZeroU32 = NonZeroU32::new(64).unwrap();

/// What to do to a server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scenario {
    /// The file's name without its ending, or the command's.
    pub(crate) name: String,
    /// What it shows, in a sentence.
    pub(crate) description: String,
    pub(crate) kind: Kind,
    pub(crate) target: TargetPlan,
    pub(crate) sockets: SocketPlan,
    pub(crate) messages: MessagePlan,
    /// Calls of the REST interface beside the sockets.
    pub(crate) dashboards: Option<DashboardPlan>,
    /// Another chatbot, at work in the phases that say so.
    pub(crate) aggressor: Option<AggressorPlan>,
    /// One after the other, at planned moments.
    pub(crate) phases: Vec<PhasePlan>,
    pub(crate) thresholds: Vec<Threshold>,
}

/// Which kind of load it is: what a socket does, and what one item is that costs are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sockets open at the phases' rates; an item is a socket with its session.
    Connect,
    /// Sockets are held in silence; an item is a socket.
    Idle,
    /// Visitors ask, and every conversation is checked; an item is a turn.
    Chat,
    /// Many watch each conversation; an item is a message that reached a watcher.
    Fanout,
    /// Sockets are cut and come back; an item is a turn.
    Reconnect,
    /// Visitors ask while dashboards read; an item is a turn.
    Mixed,
    /// Visitors ask for long; an item is a turn.
    Soak,
    /// Texts go to a plain WebSocket echo server and come back; an item is a text.
    Raw,
}

impl Kind {
    /// Every kind with its name.
    pub(crate) const NAMES: [(&'static str, Self); 8] = [
        ("connect", Self::Connect),
        ("idle", Self::Idle),
        ("chat", Self::Chat),
        ("fanout", Self::Fanout),
        ("reconnect", Self::Reconnect),
        ("mixed", Self::Mixed),
        ("soak", Self::Soak),
        ("raw", Self::Raw),
    ];

    /// What it is called in files and reports.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whether a plain WebSocket server without chatbots can be loaded in this way.
    pub(crate) fn fits_plain_servers(self) -> bool {
        matches!(self, Self::Connect | Self::Idle | Self::Fanout | Self::Raw)
    }
}

/// Whom to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetPlan {
    /// Addresses of servers. Sockets take turns; who comes back takes the next one.
    pub(crate) urls: Vec<String>,
    /// The chatbot's id; without it the addresses are those of plain WebSockets.
    pub(crate) chatbot: Option<String>,
    /// An Origin header for the handshakes.
    pub(crate) origin: Option<String>,
    pub(crate) reach: Reach,
    /// The server's process, whose CPU time and memory are read.
    pub(crate) server_pid: Option<NonZeroU32>,
}

/// How far away a server may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine alone.
    Loopback,
    /// Any machine; the one who says so owns it.
    Anywhere,
}

/// How many sockets, and how they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketPlan {
    /// Sockets to open.
    pub(crate) count: NonZeroU32,
    /// How many of them open before anything is measured, so that what a server allocates once is not taken for what
    /// sockets cost.
    pub(crate) warm_up: u32,
    /// Connections begun a second; a scenario of kind `connect` takes those of its phases.
    pub(crate) rate: NonZeroU32,
    /// How long one connection may take.
    pub(crate) timeout: Duration,
    /// Loopback addresses to connect from in turn; as many as ports need unless given.
    pub(crate) source_addresses: Option<NonZeroU32>,
    /// What a visitor does whose socket is lost.
    pub(crate) persistence: Persistence,
    /// Sockets that share one session, in a scenario of kind `fanout`.
    pub(crate) watchers: NonZeroU32,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessagePlan {
    /// Bytes of each text.
    pub(crate) text_bytes: usize,
    /// What the answers have to be.
    pub(crate) expectation: Expectation,
    /// How long to wait for what is unanswered when the last phase is over.
    pub(crate) drain: Duration,
}

/// Calls of the REST interface, as dashboards make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DashboardPlan {
    /// Calls a second over all paths together, in turn.
    pub(crate) rate: NonZeroU32,
    /// What is called; `{chatbot}` stands for the chatbot's id.
    pub(crate) paths: Vec<String>,
    pub(crate) sign_in: SignIn,
}

/// Another chatbot of the same server, which is kept busy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AggressorPlan {
    /// Pages of each text that it is given to read.
    pub(crate) pages: NonZeroU32,
    /// Sockets of its visitors.
    pub(crate) sockets: NonZeroU32,
    /// Messages a second that they send, all together.
    pub(crate) rate: NonZeroU32,
    pub(crate) sign_in: SignIn,
}

/// What the aggressor does in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attack {
    /// Reads one long text after the other.
    Upload,
    /// Its visitors write.
    Crowd,
}

/// Who calls.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// Whoever started the server for this run.
    Owner,
    /// A bearer token: an API key.
    Token(String),
    /// The built-in login.
    Password { email: String, password: String },
}

impl std::fmt::Debug for SignIn {
    /// Neither tokens nor passwords are shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Owner => "Owner",
            Self::Token(_) => "Token",
            Self::Password { .. } => "Password",
        })
    }
}

/// One part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhasePlan {
    pub(crate) name: String,
    pub(crate) pace: Pace,
    pub(crate) duration: Duration,
    pub(crate) counting: Counting,
    pub(crate) beginning: Beginning,
    /// What the aggressor does meanwhile.
    pub(crate) attack: Option<Attack>,
}

impl PhasePlan {
    /// Arrivals that its rate makes.
    pub(crate) fn arrivals(&self) -> u64 {
        match self.pace {
            Pace::Rate(rate) => Schedule::lasting(Instant::now(), rate, self.duration).total(),
            Pace::Silent | Pace::Saturated | Pace::Percent(_) => 0,
        }
    }
}

/// How fast things are said in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Not at all.
    Silent,
    /// So many a second over all sockets together, whatever the server does (open loop).
    Rate(NonZeroU32),
    /// So many hundredths of what the last saturated phase before it completed a second (open loop).
    Percent(NonZeroU32),
    /// Each socket says the next thing as soon as the last is answered (closed loop): shows capacity, hides waiting.
    Saturated,
}

/// Whether a phase counts in the figures of the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    Measured,
    /// The server gets warm; latencies and costs of this phase are left out.
    WarmUp,
}

/// What happens when a phase begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    Quiet,
    /// All sockets are cut without a word.
    Cut,
}
