//! What visitors and agents say.

use super::{AnswerStyle, CommandId, Credit, Effect, FreshIds, Known, Question, SessionState, Then};
use crate::chatbot::session::command::{Activity, Command, Duplicate, Reply};
#[cfg(feature = "faults")]
use crate::kernel::mutant::as_if_new;
use crate::model::{
    ClientId, Event, EventBody, Message, MessageId, Phase, Publication, PublicationData, Receipt, Refusal,
    RefusalCode, Role, Timestamp, UsageKind, UsageRow,
};
use crate::ports::{Feedback, Lead, RecordBody};

/// What comes along with a command.
pub(super) struct Wish {
    pub(super) id: CommandId,
    pub(super) fresh: FreshIds,
    pub(super) credit: Credit,
    pub(super) now: Timestamp,
}

/// What became of a credit that a command brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CreditUse {
    Taken,
    Untouched,
}

impl SessionState {
    /// Whether carrying the command out would take a credit.
    #[must_use]
    pub fn wants_credit(&self, command: &Command) -> bool {
        let Command::SendMessage { client_id, .. } = command else { return false };
        self.assistant_speaks() && self.transcript.find(client_id).is_none()
    }

    pub(super) fn obey(&mut self, command: Command, wish: Wish, out: &mut Vec<Effect>) -> CreditUse {
        let id = wish.id;
        let outcome = match command {
            Command::SendMessage { client_id, text } => return self.send(&client_id, text, wish, out),
            Command::StopAnswer { message_id } => self.stop_answer(message_id, &wish, out),
            Command::TakeOver { agent } => self.take_over(agent, wish.now, out),
            Command::ReleaseToAssistant => self.release(wish.now, out),
            Command::RequestAgent { reason } => self.request_agent(reason, &wish, out),
            Command::Close => self.close(wish.now, out),
            Command::SendAgentMessage { agent, text } => self.send_as_agent(agent, text, &wish, out),
            Command::SetTyping { role, active } => {
                let data = PublicationData::Typing { role, active: active == Activity::Started };
                out.push(Effect::Publish(Publication::ephemeral(data).into()));
                Now::Reply(Ok(Reply::Done))
            }
            Command::GiveFeedback { message_id, rating, comment } => {
                let feedback = Feedback { message_id, rating, comment, at: wish.now };
                self.keep(RecordBody::Feedback(feedback), Then::Nothing, out);
                Now::WhenKept(Reply::Done)
            }
            Command::SubmitLead { fields } => {
                let lead = Lead { id: wish.fresh.message_id.as_uuid(), fields, at: wish.now };
                self.keep(RecordBody::Lead(lead), Then::Nothing, out);
                Now::WhenKept(Reply::Done)
            }
        };
        self.answer_command(id, outcome, out);
        CreditUse::Untouched
    }

    fn answer_command(&mut self, id: CommandId, outcome: Now, out: &mut Vec<Effect>) {
        match (outcome, self.pending.back_mut()) {
            (Now::Reply(reply), _) => out.push(Effect::Reply(id, reply)),
            (Now::WhenKept(reply), Some(pending)) => pending.replies.push((id, reply)),
            (Now::WhenKept(reply), None) => out.push(Effect::Reply(id, Ok(reply))),
        }
    }

    fn send(&mut self, client_id: &ClientId, text: String, wish: Wish, out: &mut Vec<Effect>) -> CreditUse {
        #[cfg(feature = "faults")]
        let client_id = &as_if_new(client_id, |id| self.transcript.find(id).is_some());
        if let Some(known) = self.transcript.find(client_id) {
            self.send_again(known, wish.id, out);
            return CreditUse::Untouched;
        }
        if let Err(refusal) = self.admit(&text, &wish) {
            out.push(Effect::Reply(wish.id, Err(refusal)));
            return CreditUse::Untouched;
        }
        let question = Question {
            message_id: wish.fresh.message_id,
            text,
            answer_id: wish.fresh.answer_id,
            answer_message_id: wish.fresh.answer_message_id,
        };
        let asked = self.visitor_event(client_id, &question, wish.now);
        let seq = asked.seq;
        match wish.credit {
            Credit::Held if self.rules.style == AnswerStyle::Echo => self.echo(asked, question, &wish, out),
            Credit::Held => self.keep(events_only(asked), Then::Ask(question), out),
            _ => self.keep(events_only(asked), Then::Nothing, out),
        }
        .replies
        .push((wish.id, Reply::Sent { seq, message_id: wish.fresh.message_id, duplicate: Duplicate::No }));
        if wish.credit == Credit::Held { CreditUse::Taken } else { CreditUse::Untouched }
    }

    fn send_again(&mut self, known: Known, id: CommandId, out: &mut Vec<Effect>) {
        let reply = Reply::Sent { seq: known.seq, message_id: known.message_id, duplicate: Duplicate::Yes };
        let pending = self
            .pending
            .iter_mut()
            .find(|pending| pending.events.last().is_some_and(|last| known.seq <= last.seq));
        match pending {
            Some(pending) if known.seq > self.transcript.published() => pending.replies.push((id, reply)),
            _ => out.push(Effect::Reply(id, Ok(reply))),
        }
    }

    fn admit(&mut self, text: &str, wish: &Wish) -> Result<(), Refusal> {
        if self.phase == Phase::Closed {
            return Err(closed());
        }
        if text.trim().is_empty() {
            return Err(Refusal::new(RefusalCode::BadRequest, "`text` is empty. Send at least one word."));
        }
        if text.contains('\0') {
            return Err(Refusal::new(
                RefusalCode::BadRequest,
                "`text` holds a NUL character, which can't be stored.",
            ));
        }
        let chars_max = self.rules.message_chars_max;
        if text.len() > chars_max && text.chars().count() > chars_max {
            let message =
                format!("The message is longer than {chars_max} characters. Shorten it or send it in parts.");
            return Err(Refusal::new(RefusalCode::MessageTooLong, message));
        }
        if let Credit::Refused(refusal) = &wish.credit {
            return Err(refusal.clone());
        }
        if self.waiting.len() + self.pending.len() >= self.rules.questions_max {
            return Err(Refusal::overloaded());
        }
        if let Some(pace) = self.rules.pace {
            self.bucket.take(pace, wish.now).map_err(|refill| {
                Refusal::new(RefusalCode::RateLimited, "Too many messages in a short time. Wait a moment.")
                    .retry_after(refill.0)
            })?;
        }
        Ok(())
    }

    fn visitor_event(&mut self, client_id: &ClientId, question: &Question, at: Timestamp) -> Event {
        let seq = self.transcript.assign();
        self.transcript.remember(client_id, Known { seq, message_id: question.message_id });
        let message = Message {
            message_id: question.message_id,
            client_id: Some(client_id.clone()),
            role: Role::Visitor,
            text: question.text.clone(),
            reply_to: None,
            citations: Vec::new(),
        };
        Event { seq, at, body: EventBody::Message(message) }
    }

    fn echo(
        &mut self,
        asked: Event,
        question: Question,
        wish: &Wish,
        out: &mut Vec<Effect>,
    ) -> &mut super::Pending {
        let receipt = Receipt::of(self.rules.config_version, "echo");
        let message = Message {
            message_id: question.answer_message_id,
            client_id: None,
            role: Role::Assistant,
            text: question.text,
            reply_to: Some(question.message_id),
            citations: Vec::new(),
        };
        let said = Event { seq: self.transcript.assign(), at: wish.now, body: EventBody::Message(message) };
        let body = RecordBody::Events {
            events: [asked, said].into(),
            usage: self.answer_usage(question.answer_message_id, &receipt, wish.now),
            receipts: vec![(question.answer_message_id, receipt)],
        };
        self.keep(body, Then::Nothing, out)
    }

    fn send_as_agent(
        &mut self,
        agent: crate::model::AgentName,
        text: String,
        wish: &Wish,
        out: &mut Vec<Effect>,
    ) -> Now {
        if self.phase == Phase::Closed {
            return Now::Reply(Err(closed()));
        }
        if self.phase != Phase::Agent {
            self.take_over(agent, wish.now, out);
        }
        let message_id = wish.fresh.message_id;
        let message = Message {
            message_id,
            client_id: None,
            role: Role::Agent,
            text,
            reply_to: None,
            citations: Vec::new(),
        };
        let seq = self.keep_message(message, wish.now, out);
        Now::WhenKept(Reply::Sent { seq, message_id, duplicate: Duplicate::No })
    }

    pub(super) fn keep_message(
        &mut self,
        message: Message,
        at: Timestamp,
        out: &mut Vec<Effect>,
    ) -> crate::model::Seq {
        let event = Event { seq: self.transcript.assign(), at, body: EventBody::Message(message) };
        let seq = event.seq;
        self.keep(events_only(event), Then::Nothing, out);
        seq
    }

    /// What an answer counts for: one credit, and what its model took.
    pub(super) fn answer_usage(
        &self,
        message_id: MessageId,
        receipt: &Receipt,
        at: Timestamp,
    ) -> Vec<UsageRow> {
        let amounts = [
            (UsageKind::Answer, 1),
            (UsageKind::PromptTokens, receipt.tokens.prompt),
            (UsageKind::CompletionTokens, receipt.tokens.completion),
            (UsageKind::CostMicros, receipt.cost_micros.unwrap_or(0)),
        ];
        let used = amounts.into_iter().filter(|(_, amount)| *amount > 0);
        used.map(|(kind, amount)| self.usage((message_id, kind), amount, at)).collect()
    }

    pub(super) fn usage(
        &self,
        (message_id, kind): (MessageId, UsageKind),
        amount: u64,
        at: Timestamp,
    ) -> UsageRow {
        UsageRow {
            id: kind.row_of(message_id),
            account_id: self.meta.account_id,
            chatbot_id: self.meta.chatbot_id,
            session_id: Some(self.meta.session_id),
            message_id: Some(message_id),
            kind,
            amount,
            created_at: at,
        }
    }
}

/// When a command is answered.
pub(super) enum Now {
    /// At once.
    Reply(Result<Reply, Refusal>),
    /// When the record that it just caused is durable.
    WhenKept(Reply),
}

pub(super) fn events_only(event: Event) -> RecordBody {
    RecordBody::Events { events: [event].into(), usage: Vec::new(), receipts: Vec::new() }
}

pub(super) fn closed() -> Refusal {
    Refusal::new(RefusalCode::SessionClosed, "This conversation has ended. Begin a new one.")
}
