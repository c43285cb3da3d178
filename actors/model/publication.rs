//! What a session tells its listeners.

use std::sync::OnceLock;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

use super::{
    Citation, ClientId, Event, EventBody, MessageId, PublicConfig, Role, Seq, StateChange, Timestamp,
};

/// One item that every attached listener gets. Those with an offset are in the history and can be recovered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Publication {
    /// The position, for durable ones.
    pub offset: Option<Seq>,
    /// What is said.
    pub data: PublicationData,
    /// The text on the wire: encoded by whichever listener comes first, shared by all others.
    #[serde(skip)]
    pub encoded: OnceLock<ByteString>,
}

impl Publication {
    /// A durable publication at its position.
    #[must_use]
    pub fn durable(event: &Event) -> Self {
        Self { offset: Some(event.seq), data: PublicationData::from(event), encoded: OnceLock::new() }
    }

    /// One that is not kept.
    #[must_use]
    pub const fn ephemeral(data: PublicationData) -> Self {
        Self { offset: None, data, encoded: OnceLock::new() }
    }

    /// The message that this is.
    #[must_use]
    pub const fn message_id(&self) -> Option<MessageId> {
        match self.data {
            PublicationData::Message { message_id, .. } => Some(message_id),
            _ => None,
        }
    }

    /// The piece of an answer that this is or ends with: of which message, and its number.
    #[must_use]
    pub const fn piece(&self) -> Option<(MessageId, u32)> {
        match self.data {
            PublicationData::Delta { message_id, n, .. }
            | PublicationData::Snapshot { message_id, n, .. } => Some((message_id, n)),
            _ => None,
        }
    }

    /// All of this answer up to its last piece, for whoever heard some of its pieces and missed others: `n` is the number
    /// of any piece after those. None where this is no answer.
    #[must_use]
    pub fn whole_answer(&self, n: u32) -> Option<Self> {
        let PublicationData::Message { message_id, role: Role::Assistant, text, .. } = &self.data else {
            return None;
        };
        let (message_id, text) = (*message_id, text.clone());
        Some(Self::ephemeral(PublicationData::Snapshot { message_id, n, text }))
    }
}

/// The kinds of publications, as the public protocol names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PublicationData {
    /// A message of the history.
    Message {
        /// Its id.
        message_id: MessageId,
        /// The sender's own id of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
        /// Who speaks.
        role: Role,
        /// The words.
        text: String,
        /// What it answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// What it rests on.
        citations: Vec<Citation>,
        /// When it was accepted.
        at: Timestamp,
    },
    /// Who may answer has changed.
    State(StateChange),
    /// The n-th piece of an answer that is being written.
    Delta {
        /// The message it will become.
        message_id: MessageId,
        /// Its number, from 0.
        n: u32,
        /// The piece.
        text: String,
    },
    /// All of an answer so far; replaces what the client holds.
    Snapshot {
        /// The message it will become.
        message_id: MessageId,
        /// The number of the last piece it holds.
        n: u32,
        /// All pieces up to that one.
        text: String,
    },
    /// Questions that the visitor may go on with after an answer.
    Suggestions {
        /// The answer.
        message_id: MessageId,
        /// In the words in which they can be asked.
        items: Vec<String>,
    },
    /// Somebody is writing.
    Typing {
        /// Who.
        role: Role,
        /// Whether they began or stopped.
        active: bool,
    },
    /// The chatbot's new public configuration.
    Config(Box<PublicConfig>),
    /// Something that concerns the session and answers no command.
    Notice(Notice),
}

impl PublicationData {
    /// The words in it, where it has any.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text, .. } | Self::Delta { text, .. } | Self::Snapshot { text, .. } => text,
            Self::State(_)
            | Self::Suggestions { .. }
            | Self::Typing { .. }
            | Self::Config(_)
            | Self::Notice(_) => "",
        }
    }
}

/// A word to the visitor's client that answers no command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The number of the matching refusal.
    pub code: u32,
    /// What happened and what to do.
    pub message: String,
    /// When trying again makes sense, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl From<&Event> for PublicationData {
    fn from(event: &Event) -> Self {
        match &event.body {
            EventBody::State(change) => Self::State(change.clone()),
            EventBody::Message(message) => Self::Message {
                message_id: message.message_id,
                client_id: message.client_id.clone(),
                role: message.role,
                text: message.text.clone(),
                reply_to: message.reply_to,
                citations: message.citations.clone(),
                at: event.at,
            },
        }
    }
}
