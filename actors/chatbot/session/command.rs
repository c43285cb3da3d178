//! What visitors and agents can ask of a session, and what they get back.

use serde::{Deserialize, Serialize};

use crate::model::{AgentName, ClientId, MessageId, Phase, Role, Seq};
use crate::ports::Rating;

/// A wish of a visitor or an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The visitor says something.
    SendMessage {
        /// The visitor's own id of it.
        client_id: ClientId,
        /// The words.
        text: String,
    },
    /// The answer being written has said enough.
    StopAnswer {
        /// The answer, or the message that it answers.
        message_id: MessageId,
    },
    /// The visitor judges an answer.
    GiveFeedback {
        /// The answer.
        message_id: MessageId,
        /// Good or bad.
        rating: Rating,
        /// In the visitor's words.
        comment: Option<String>,
    },
    /// Somebody began or stopped writing.
    SetTyping {
        /// Who.
        role: Role,
        /// Which of the two.
        active: Activity,
    },
    /// The visitor filled in the form.
    SubmitLead {
        /// The fields.
        fields: serde_json::Map<String, serde_json::Value>,
    },
    /// The visitor wants a person.
    RequestAgent {
        /// What for.
        reason: Option<String>,
    },
    /// A person of the team takes over.
    TakeOver {
        /// Who.
        agent: AgentName,
    },
    /// The person gives the conversation back to the chatbot.
    ReleaseToAssistant,
    /// The conversation ends.
    Close,
    /// A person of the team says something.
    SendAgentMessage {
        /// Who.
        agent: AgentName,
        /// The words.
        text: String,
    },
}

/// Began or stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Began.
    Started,
    /// Stopped.
    Stopped,
}

/// Whether a message was known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Duplicate {
    /// It is new.
    No,
    /// It was sent before; nothing was done.
    Yes,
}

/// What a command that was carried out gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// The message is durable.
    Sent {
        /// Its position.
        seq: Seq,
        /// Its id.
        message_id: MessageId,
        /// Whether it was known already.
        duplicate: Duplicate,
    },
    /// Done.
    Done,
    /// The conversation is in this phase now.
    Phase(Phase),
}
