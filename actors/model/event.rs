//! What a session's history is made of.

use serde::{Deserialize, Serialize};

use super::{Citation, ClientId, MessageId, Seq, Timestamp};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person on the website.
    Visitor,
    /// The chatbot.
    Assistant,
    /// A person of the team.
    Agent,
    /// The platform itself, for what both sides should know.
    System,
}

/// Who may answer now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The chatbot answers.
    #[default]
    Assistant,
    /// The visitor asked for a person; the chatbot goes on answering until one comes.
    Waiting,
    /// A person of the team has taken over; the chatbot is silent.
    Agent,
    /// Nobody may write any more.
    Closed,
}

/// The name under which a person of the team speaks to visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentName {
    /// As shown to the visitor.
    pub name: String,
}

/// One entry of a session's history, at its position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Where it stands.
    pub seq: Seq,
    /// When it was accepted.
    pub at: Timestamp,
    /// What it says.
    pub body: EventBody,
}

/// The two kinds of durable events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventBody {
    /// Somebody said something.
    Message(Message),
    /// Who may answer has changed.
    State(StateChange),
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub message_id: MessageId,
    /// The sender's own id of it, for visitors.
    pub client_id: Option<ClientId>,
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub text: String,
    /// The message that this one answers.
    pub reply_to: Option<MessageId>,
    /// What it rests on.
    pub citations: Vec<Citation>,
}

/// A change of who may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// The new phase.
    pub state: Phase,
    /// Who took over, in phase [`Phase::Agent`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agent: Option<AgentName>,
}
