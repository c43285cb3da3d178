//! The visitor socket's JSON, as far as a terminal needs it.

use aihio_actors::model::{Phase, Role};
use serde::Deserialize;

/// One line from the server: a reply, a push, or, with neither, a ping.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Incoming {
    /// The command that this answers; 0 in pushes.
    pub(super) id: u32,
    pub(super) error: Option<Refused>,
    pub(super) connect: Option<Connected>,
    pub(super) push: Option<Push>,
}

/// A command that was not carried out.
#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    pub(super) code: u32,
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Connected {
    pub(super) data: ConnectedData,
}

#[derive(Debug, Deserialize)]
pub(super) struct ConnectedData {
    pub(super) chatbot: Chatbot,
}

/// What visitors are told of the chatbot.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chatbot {
    pub(super) name: String,
    pub(super) greeting: Option<String>,
    pub(super) suggestions: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Push {
    #[serde(rename = "pub")]
    pub(super) publication: Option<Published>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Published {
    pub(super) data: Publication,
}

/// What is said in the session.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Publication {
    Message {
        message_id: String,
        #[serde(default)]
        client_id: Option<String>,
        role: Role,
        text: String,
        #[serde(default)]
        reply_to: Option<String>,
        #[serde(default)]
        citations: Vec<Cited>,
    },
    State {
        state: Phase,
    },
    Delta {
        text: String,
    },
    Snapshot {
        text: String,
    },
    Notice {
        code: u32,
        message: String,
    },
    #[serde(other)]
    Other,
}

/// What an answer rests on.
#[derive(Debug, Deserialize)]
pub(super) struct Cited {
    pub(super) n: u32,
    pub(super) title: String,
    #[serde(default)]
    pub(super) url: Option<String>,
    pub(super) quote: String,
}
