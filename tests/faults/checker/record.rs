//! What is recorded of a run: what each client did and saw, in its order, and what the public interface said in the end.

use std::collections::BTreeMap;

/// Everything that is known of a run.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The conversations.
    pub conversations: Vec<Conversation>,
    /// The accounts, by tenant.
    pub accounts: Vec<Account>,
    /// What was asked of the model.
    pub calls: Calls,
    /// Whether clocks jumped, so that tokens may have expired early.
    pub clocks_jumped: bool,
}

/// How a chatbot answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// With the question.
    Echo,
    /// Through the model.
    Model,
}

/// One conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Whose chatbot it was with.
    pub tenant: usize,
    /// Which visitor of the run it was.
    pub visitor: usize,
    /// Its id.
    pub session: String,
    /// How it was answered.
    pub answering: Answering,
    /// What the visitor did and saw.
    pub events: Vec<Event>,
    /// What the public interface says was said.
    pub stored: Vec<Stored>,
}

/// Something that a visitor did or saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A connection stands.
    Connected(Connected),
    /// The connection ended.
    Lost,
    /// A message was sent, perhaps not for the first time.
    Sent { id: String, text: String },
    /// A message was acknowledged.
    Acknowledged { id: String, seq: u64, duplicate: bool },
    /// A message was refused.
    Refused { id: String, code: u64, temporary: bool },
    /// The server refused the connection for good.
    TurnedAway { why: String },
    /// The server refused the token because its time is over.
    Expired,
    /// Something was published.
    Published(Publication),
    /// Something came that belongs to somebody else.
    Foreign { what: String },
}

/// The reply to `connect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The position that was asked for; none on the first visit.
    pub since: Option<u64>,
    /// Whether the gap was filled.
    pub recovered: bool,
    /// The position of the history.
    pub offset: u64,
    /// What filled the gap.
    pub missed: Vec<Publication>,
}

/// Something published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The position, of durable ones.
    pub offset: Option<u64>,
    /// What it says.
    pub kind: Kind,
}

/// What a publication says, as far as it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Something was said.
    Message { message_id: String, role: Role, text: String, reply_to: Option<String> },
    /// Who may answer has changed; whether it is a person now.
    State { person: bool },
    /// A piece of an answer.
    Delta { message_id: String, n: u64, text: String },
    /// All of an answer so far.
    Snapshot { message_id: String, n: u64, text: String },
    /// Anything else.
    Other,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person on the website.
    Visitor,
    /// The chatbot.
    Assistant,
    /// A person of the team.
    Agent,
    /// The platform.
    System,
}

/// A message as the public interface gives it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its position.
    pub seq: u64,
    /// Its id.
    pub message_id: String,
    /// Who said it.
    pub role: Role,
    /// The words.
    pub text: String,
    /// The visitor's own id of it.
    pub client_id: Option<String>,
    /// What it answers.
    pub reply_to: Option<String>,
}

/// What an account was billed.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Whose.
    pub tenant: usize,
    /// Answers, summed over usage rows.
    pub billed: u64,
    /// The same since the current period of its plan began.
    pub billed_in_period: u64,
    /// What the account was seen to have used and to have left, in the order of looking.
    pub balances: Vec<Balance>,
}

/// A balance, as it was seen once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Answers used.
    pub used: u64,
    /// Answers left; none is unlimited.
    pub left: Option<i64>,
    /// Answers that the plan allows.
    pub limit: Option<u64>,
}

/// What was asked of the model.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// How often a question was answered to the end, by its marker.
    pub completed: BTreeMap<String, u64>,
    /// Prompts that held what belongs to somebody else.
    pub leaks: Vec<String>,
}

impl Conversation {
    /// Everything published that reached the visitor, recovered or live.
    pub fn published(&self) -> impl Iterator<Item = &Publication> {
        self.events.iter().flat_map(|event| match event {
            Event::Connected(connected) => connected.missed.as_slice(),
            Event::Published(publication) => std::slice::from_ref(publication),
            _ => &[],
        })
    }

    /// Whether the visitor was ever told that a gap could not be filled.
    pub fn was_told_of_a_gap(&self) -> bool {
        let gap = |event: &Event| matches!(event, Event::Connected(c) if c.since.is_some() && !c.recovered);
        self.events.iter().any(gap)
    }

    /// Positions at which a person took over or gave back, with whether it was the former.
    pub fn voices(&self) -> BTreeMap<u64, bool> {
        let states = self.published().filter_map(|publication| match publication.kind {
            Kind::State { person } => Some((publication.offset?, person)),
            _ => None,
        });
        states.collect()
    }
}
