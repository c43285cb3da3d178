//! A new life: from snapshot and journal back to where the last one stood.

use super::{Effect, FreshIds, Known, Question, SessionState};
use crate::model::{AgentName, Event, EventBody, MessageId, Phase, Role, Seq};

/// A session's memory at one durable position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The position.
    pub seq: Seq,
    /// Who may answer.
    pub phase: Phase,
    /// Who took over.
    pub agent: Option<AgentName>,
    /// Visitors' messages by fingerprint of their client id.
    pub known: Vec<(u64, Known)>,
    /// Questions without an answer.
    pub unanswered: Vec<(MessageId, String)>,
}

impl SessionState {
    /// What must survive: all that was published. What is not durable yet is not part of it.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let open = self.writing.iter().map(|writing| &writing.question).chain(&self.waiting);
        Memory {
            seq: self.transcript.published(),
            phase: self.phase,
            agent: self.agent.clone(),
            known: self
                .transcript
                .known()
                .filter(|(_, known)| known.seq <= self.transcript.published())
                .collect(),
            unanswered: open.map(|question| (question.message_id, question.text.clone())).collect(),
        }
    }

    /// Takes over a memory and the events since (events at or before the memory's position fill the ring only), and
    /// returns the questions that still want an answer.
    pub fn recall(&mut self, memory: Option<Memory>, events: &[Event]) -> Vec<(MessageId, String)> {
        let mut unanswered = Vec::new();
        let mut seq = Seq::START;
        if let Some(memory) = memory {
            seq = memory.seq;
            (self.phase, self.agent, unanswered) = (memory.phase, memory.agent, memory.unanswered);
            self.transcript.restore(memory.seq, memory.known.into_iter());
        }
        for event in events {
            self.transcript.publish(event);
            if event.seq > seq {
                self.replay(event, &mut unanswered);
            }
        }
        unanswered
    }

    fn replay(&mut self, event: &Event, unanswered: &mut Vec<(MessageId, String)>) {
        match &event.body {
            EventBody::State(change) => {
                (self.phase, self.agent) = (change.state, change.agent.clone());
                if !self.assistant_speaks() {
                    unanswered.clear();
                }
            }
            EventBody::Message(message) => match (message.role, message.reply_to) {
                (Role::Visitor, _) if self.assistant_speaks() => {
                    unanswered.push((message.message_id, message.text.clone()));
                }
                (Role::Assistant | Role::System, Some(question)) => {
                    unanswered.retain(|(message_id, _)| *message_id != question);
                }
                _ => {}
            },
        }
    }

    /// Answers a question of an earlier life, for which a credit is held again.
    pub fn resume(&mut self, message_id: MessageId, text: String, fresh: FreshIds, out: &mut Vec<Effect>) {
        let question = Question {
            message_id,
            text,
            answer_id: fresh.answer_id,
            answer_message_id: fresh.answer_message_id,
        };
        self.ask(question, out);
    }
}
