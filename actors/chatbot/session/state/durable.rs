//! What follows from the durable part of a history alone.

use crate::model::{AgentName, Event, EventBody, MessageId, Phase, Role};

/// Who may answer and what wants an answer, at the last durable event. The same whether it was followed event by event
/// or read from the store, so that a new life goes on exactly where the last one stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Durable {
    pub(super) phase: Phase,
    pub(super) agent: Option<AgentName>,
    pub(super) unanswered: Vec<(MessageId, String)>,
}

impl Durable {
    pub(super) const fn assistant_speaks(&self) -> bool {
        matches!(self.phase, Phase::Assistant | Phase::Waiting)
    }

    pub(super) fn take(&mut self, event: &Event) {
        match &event.body {
            EventBody::State(change) => {
                (self.phase, self.agent) = (change.state, change.agent.clone());
                if !self.assistant_speaks() {
                    self.unanswered.clear();
                }
            }
            EventBody::Message(message) => match (message.role, message.reply_to) {
                (Role::Visitor, _) if self.assistant_speaks() => {
                    self.unanswered.push((message.message_id, message.text.clone()));
                }
                (Role::Assistant | Role::System, Some(question)) => {
                    self.unanswered.retain(|(message_id, _)| *message_id != question);
                }
                _ => {}
            },
        }
    }
}
