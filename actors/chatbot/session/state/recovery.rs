//! A new life: from snapshot and journal back to where the last one stood.

use serde::{Deserialize, Serialize};

use super::durable::Durable;
use super::{Effect, FreshIds, Known, Question, SessionState};
use crate::model::{AgentName, Event, Message, MessageId, Phase, Refusal, Role, Seq, Timestamp};

/// A session's memory at one durable position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let published = self.transcript.published();
        let Durable { phase, agent, unanswered } = self.durable.clone();
        let known = self.transcript.known().filter(|(_, known)| known.seq <= published).collect();
        Memory { seq: published, phase, agent, known, unanswered }
    }

    /// Takes over a memory and the events since (events at or before the memory's position fill the ring only), and
    /// returns the questions that still want an answer.
    pub fn recall(&mut self, memory: Option<Memory>, events: &[Event]) -> Vec<(MessageId, String)> {
        let mut seq = Seq::START;
        if let Some(memory) = memory {
            let Memory { phase, agent, unanswered, .. } = memory;
            seq = memory.seq;
            self.durable = Durable { phase, agent, unanswered };
            self.transcript.restore(memory.seq, memory.known.into_iter());
        }
        for event in events {
            self.transcript.publish(event);
            if event.seq > seq {
                self.durable.take(event);
            }
        }
        (self.phase, self.agent) = (self.durable.phase, self.durable.agent.clone());
        self.durable.unanswered.clone()
    }

    /// Answers a question of an earlier life, for which a credit is held again.
    pub(super) fn resume(
        &mut self,
        message_id: MessageId,
        text: String,
        fresh: FreshIds,
        out: &mut Vec<Effect>,
    ) {
        let question = Question {
            message_id,
            text,
            answer_id: fresh.answer_id,
            answer_message_id: fresh.answer_message_id,
        };
        self.ask(question, out);
    }

    /// Closes a question of an earlier life that gets no answer.
    pub(super) fn decline(
        &mut self,
        (question, notice): (MessageId, MessageId),
        refusal: &Refusal,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let text = format!("This question could not be answered. {refusal}");
        let message = Message {
            message_id: notice,
            client_id: None,
            role: Role::System,
            text,
            reply_to: Some(question),
            citations: Vec::new(),
        };
        self.keep_message(message, now, out);
    }
}
