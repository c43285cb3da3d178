//! Rows to events.

use aihio_actors::model::{
    AgentName, Citation, ClientId, Event, EventBody, Message, MessageId, Phase, Role, Seq, StateChange,
};

use super::super::StoreError;
use super::super::entities::message;
use super::super::words::Word;

/// The event that a row holds.
pub(in crate::store) fn event(row: message::Model) -> Result<Event, StoreError> {
    let seq = position(row.seq)?;
    let at = row.at;
    let body = match row.state.as_deref() {
        Some(state) => EventBody::State(StateChange {
            state: Phase::read(state, "messages", "state")?,
            agent: row.agent.map(|name| AgentName { name }),
        }),
        None => EventBody::Message(message(row)?),
    };
    Ok(Event { seq, at, body })
}

fn position(seq: i64) -> Result<Seq, StoreError> {
    u64::try_from(seq).map(Seq).map_err(|_| StoreError::inconsistent("messages", "seq", &seq))
}

fn message(row: message::Model) -> Result<Message, StoreError> {
    let wrong =
        |column| StoreError::inconsistent("messages", column, &format!("{}/{}", row.session_id, row.seq));
    let citations: Option<Vec<Citation>> =
        row.citations.map(serde_json::from_value).transpose().map_err(|_| wrong("citations"))?;
    let client_id = row.client_id.as_deref().map(ClientId::parse).transpose();
    let role = row.role.as_deref().ok_or_else(|| wrong("role"))?;
    Ok(Message {
        message_id: row.message_id.map(MessageId::from_uuid).ok_or_else(|| wrong("message_id"))?,
        client_id: client_id.map_err(|_| wrong("client_id"))?,
        role: Role::read(role, "messages", "role")?,
        reply_to: row.reply_to.map(MessageId::from_uuid),
        citations: citations.unwrap_or_default(),
        text: row.text.ok_or_else(|| StoreError::inconsistent("messages", "text", &row.session_id))?,
    })
}
