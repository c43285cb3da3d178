//! Conversations and their messages, as clients see them.

use std::sync::Arc;

use aihio_actors::model as engine;
use aihio_actors::model::{
    ChatbotId, ClientId, DocumentId, Event, EventBody, MessageId, Phase, Publication, PublicationData, Role,
    Seq, SessionId, SourceId, Visitor,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::outdated::OutdatedSource;
use super::schema;
use crate::store::SessionRecord;

/// A conversation of one visitor with one chatbot.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// The chatbot spoken to.
    #[schema(value_type = uuid::Uuid)]
    chatbot_id: ChatbotId,
    /// Who may answer now.
    #[schema(value_type = schema::SessionState)]
    state: Phase,
    /// Who speaks, as far as told.
    #[schema(value_type = schema::Visitor)]
    visitor: Visitor,
    /// The visitor's language.
    locale: Option<String>,
    /// The page it began on.
    page_url: Option<String>,
    /// How many messages were said.
    messages: u64,
    /// The position of the last event.
    #[schema(value_type = u64)]
    last_seq: Seq,
    /// When it began.
    opened_at: DateTime<Utc>,
    /// When something was last said.
    last_message_at: Option<DateTime<Utc>>,
}

impl From<SessionRecord> for Session {
    fn from(record: SessionRecord) -> Self {
        let meta = record.meta;
        Self {
            id: meta.session_id,
            chatbot_id: meta.chatbot_id,
            state: record.state,
            // The proof of the id is of no use to readers, and would be to whoever steals it.
            visitor: Visitor { hash: None, ..meta.visitor },
            locale: meta.locale,
            page_url: meta.page_url,
            messages: record.messages,
            last_seq: record.last_seq,
            opened_at: meta.opened_at,
            last_message_at: record.last_message_at,
        }
    }
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) message_id: MessageId,
    /// Its position.
    #[schema(value_type = u64)]
    pub(crate) seq: Seq,
    /// Who speaks.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// The words.
    pub(crate) text: String,
    /// The sender's own id of it, for visitors.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    /// What it answers.
    #[schema(value_type = Option<uuid::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<MessageId>,
    /// What it rests on; none for a refusal.
    pub(crate) citations: Vec<Citation>,
    /// The cited sources that have changed or gone since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) outdated_sources: Vec<OutdatedSource>,
    /// When it was accepted.
    at: DateTime<Utc>,
}

impl Message {
    /// The message at an event, where it is one.
    pub(crate) fn of(event: Event) -> Option<Self> {
        match event.body {
            EventBody::Message(message) => Some(Self {
                message_id: message.message_id,
                seq: event.seq,
                role: message.role,
                text: message.text,
                client_id: message.client_id,
                reply_to: message.reply_to,
                citations: message.citations.into_iter().map(Citation::from).collect(),
                outdated_sources: Vec::new(),
                at: event.at,
            }),
            EventBody::State(_) => None,
        }
    }

    /// The message that a session has just published, where it is one.
    pub(crate) fn published(publication: &Publication) -> Option<Self> {
        let PublicationData::Message { message_id, client_id, role, text, reply_to, citations, at } =
            publication.data.clone()
        else {
            return None;
        };
        let seq = publication.offset?;
        let citations = citations.into_iter().map(Citation::from).collect();
        let outdated_sources = Vec::new();
        Some(Self { message_id, seq, role, text, client_id, reply_to, citations, outdated_sources, at })
    }
}

/// One numbered reference of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Citation {
    /// The number by which the answer refers to it.
    pub(crate) n: u32,
    /// The source that was read.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) source_id: SourceId,
    /// The version of it that was read.
    #[schema(value_type = Option<uuid::Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_id: Option<DocumentId>,
    /// Its title.
    #[schema(value_type = String)]
    pub(crate) title: Arc<str>,
    /// Where it can be read, for web pages.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<Arc<str>>,
    /// The words that support the answer, to the letter.
    quote: String,
}

impl From<engine::Citation> for Citation {
    fn from(citation: engine::Citation) -> Self {
        let engine::Citation { n, source_id, document_id, title, url, quote } = citation;
        Self { n, source_id, document_id, title, url, quote }
    }
}
