//! Who may answer: the chatbot, a person, nobody.

use super::talking::{Now, Wish, closed, events_only};
use super::{Effect, SessionState, Then};
use crate::chatbot::session::command::Reply;
use crate::model::{AgentName, Event, EventBody, Message, Phase, Role, StateChange, Timestamp};

impl SessionState {
    /// Whether the chatbot answers what a visitor says.
    #[must_use]
    pub fn assistant_speaks(&self) -> bool {
        matches!(self.phase, Phase::Assistant | Phase::Waiting)
    }

    /// From here on the chatbot is silent: what it was writing is dropped before the change gets its position, so
    /// that no message of the chatbot can stand after it.
    pub(super) fn take_over(&mut self, agent: AgentName, now: Timestamp, out: &mut Vec<Effect>) -> Now {
        if self.phase == Phase::Closed {
            return Now::Reply(Err(closed()));
        }
        if self.phase == Phase::Agent && self.agent.as_ref() == Some(&agent) {
            return Now::Reply(Ok(Reply::Phase(Phase::Agent)));
        }
        self.drop_answers(out);
        self.change(Phase::Agent, Some(agent), now, out)
    }

    pub(super) fn release(&mut self, now: Timestamp, out: &mut Vec<Effect>) -> Now {
        match self.phase {
            Phase::Closed => Now::Reply(Err(closed())),
            Phase::Assistant => Now::Reply(Ok(Reply::Phase(Phase::Assistant))),
            Phase::Waiting | Phase::Agent => self.change(Phase::Assistant, None, now, out),
        }
    }

    pub(super) fn request_agent(
        &mut self,
        reason: Option<String>,
        wish: &Wish,
        out: &mut Vec<Effect>,
    ) -> Now {
        match self.phase {
            Phase::Closed => return Now::Reply(Err(closed())),
            Phase::Waiting | Phase::Agent => return Now::Reply(Ok(Reply::Phase(self.phase))),
            Phase::Assistant => {}
        }
        if let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) {
            let message = Message {
                message_id: wish.fresh.message_id,
                client_id: None,
                role: Role::System,
                text: format!("The visitor asks for a person: {reason}"),
                reply_to: None,
                citations: Vec::new(),
            };
            self.keep_message(message, wish.now, out);
        }
        self.change(Phase::Waiting, None, wish.now, out)
    }

    pub(super) fn close(&mut self, now: Timestamp, out: &mut Vec<Effect>) -> Now {
        if self.phase == Phase::Closed {
            return Now::Reply(Ok(Reply::Phase(Phase::Closed)));
        }
        self.drop_answers(out);
        self.change(Phase::Closed, None, now, out)
    }

    fn change(
        &mut self,
        phase: Phase,
        agent: Option<AgentName>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Now {
        self.phase = phase;
        self.agent.clone_from(&agent);
        let body = EventBody::State(StateChange { state: phase, agent });
        let event = Event { seq: self.transcript.assign(), at: now, body };
        self.keep(events_only(event), Then::Nothing, out);
        Now::WhenKept(Reply::Phase(phase))
    }
}
