//! The durable history of sessions.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PortError, Snapshot};
use crate::model::{
    AccountId, ChatbotId, Event, MessageId, OwnerEpoch, Receipt, Seq, SessionId, SessionMeta, Timestamp,
    UsageKind, UsageRow,
};

/// What one session wants kept, all of it or none.
#[derive(Debug, Clone)]
pub struct Record {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The chatbot.
    pub chatbot_id: ChatbotId,
    /// As whose owner it is written.
    pub owner: OwnerEpoch,
    /// What to keep.
    pub body: RecordBody,
}

/// The things that a session keeps.
#[derive(Debug, Clone)]
pub enum RecordBody {
    /// The session begins.
    Opened(Box<SessionMeta>),
    /// The history goes on. Usage and receipts belong to assistant messages among the events.
    Events {
        /// In order of position, shared with the session that waits for them.
        events: Arc<[Event]>,
        /// What they cost.
        usage: Vec<UsageRow>,
        /// How the answers among them came about.
        receipts: Vec<(MessageId, Receipt)>,
    },
    /// A visitor judged an answer; a later judgement replaces an earlier one.
    Feedback(Feedback),
    /// A visitor filled in the form.
    Lead(Lead),
}

impl RecordBody {
    /// Whether it costs a credit.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Events { usage, .. } if usage.iter().any(|row| row.kind == UsageKind::Answer))
    }
}

/// A visitor's judgement of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The answer.
    pub message_id: MessageId,
    /// Good or bad.
    pub rating: Rating,
    /// In the visitor's words.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

/// A filled-in form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub id: Uuid,
    /// The fields, as a JSON object.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// When.
    pub at: Timestamp,
}

/// A session that was opened once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its fixed facts.
    pub meta: SessionMeta,
    /// Its newest owner.
    pub owner: OwnerEpoch,
}

/// What a session that wakes asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waking {
    /// The session.
    pub session: SessionId,
    /// As what it wakes.
    pub standing: Standing,
    /// The position up to which it remembers by itself.
    pub remembers: Seq,
    /// Events before what it remembers that it wants all the same.
    pub ring: u64,
}

/// As what a session wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// As its owner: no other process could be one.
    Owner,
    /// As its new owner: whoever owned it before writes nothing from now on.
    NewOwner,
}

/// What is stored of a session, as it is once the asker owns it.
#[derive(Debug, Clone, PartialEq)]
pub struct Woken {
    /// What it opened with.
    pub opened: Opened,
    /// The position of its last event.
    pub last: Seq,
    /// Its snapshot, where that reaches beyond what the asker remembers.
    pub snapshot: Option<Snapshot>,
    /// The events that are wanted with what is remembered, in order; the first of them where they are very many.
    pub events: Vec<Event>,
}

/// What became of one record of a batch that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, now or by an earlier attempt with the same ids.
    Kept,
    /// Another writer holds its place, the place before it is empty, or the session has a newer owner: nothing of this
    /// record was stored, and its writer must stop.
    Conflict,
}

/// Where sessions' histories are kept.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Keeps all records in one transaction and answers with one outcome a record, in order.
    ///
    /// Appending a record again is safe: what is there already counts as [`Outcome::Kept`]. Histories take new events
    /// from the session's newest owner alone, and that is looked at in the same transaction. Judgements and forms are
    /// no part of a history and stand on their own ids: they are kept whoever passes them on.
    ///
    /// # Errors
    /// When nothing was kept, or it is unknown whether it was: append again with the same records.
    async fn append(&self, records: &[Record]) -> Result<Vec<Outcome>, PortError>;

    /// All that a session needs to go on, if it was ever opened. Where many ask at once, the store is asked for them
    /// together.
    ///
    /// # Errors
    /// When the store can't be read, or a new owner can't be written.
    async fn wake(&self, waking: Waking) -> Result<Option<Woken>, PortError>;

    /// Up to `limit` events after the position `after`, in order.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn tail(&self, session: SessionId, after: Seq, limit: u32) -> Result<Vec<Event>, PortError>;
}
