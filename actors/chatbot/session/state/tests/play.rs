//! A session's state on a stage: a store that keeps or loses on command, an answerer that speaks on command, and the
//! rules that hold after every single step.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::chatbot::session::command::{Command, Reply};
use crate::chatbot::session::replay::{Beginning, Frame, Happening, frames};
use crate::chatbot::session::state::{
    AnswerStep, AnswerStyle, CommandId, Credit, Effect, Finished, FreshIds, Input, Question, Rules,
    SessionState, Suggested, Ticket,
};
use crate::model::{
    AccountId, AnswerId, ChatbotId, ClientId, ConfigVersion, Epoch, Event, EventBody, Message, MessageId,
    Publication, PublicationData, Receipt, Refusal, Role, SessionId, SessionMeta, Timestamp, Tokens, Visitor,
};
use crate::ports::RecordBody;

type Outcome = Result<Reply, Refusal>;

/// A record that is not stored yet.
struct UnderWay {
    ticket: Ticket,
    events: Vec<Event>,
    /// What it costs.
    credits: u32,
}

pub(super) struct Play {
    pub(super) state: SessionState,
    /// Credits that are held now, and what became of the others.
    pub(super) held: i64,
    pub(super) settled: u32,
    pub(super) released: u32,
    pub(super) pieces: HashMap<MessageId, String>,
    pub(super) ephemeral: Vec<PublicationData>,
    rules: Rules,
    now: Timestamp,
    ids: u128,
    commands: u64,
    replies: HashMap<CommandId, Outcome>,
    under_way: VecDeque<UnderWay>,
    stored: Vec<Event>,
    published: usize,
    writing: Option<Question>,
    /// The answer that was finished last.
    finished: Option<AnswerId>,
    /// Everything that happened, with what was handed out for it.
    script: Vec<(Happening, Timestamp, Vec<Frame>)>,
}

impl Play {
    pub(super) fn new() -> Self {
        let rules = Rules {
            config_version: ConfigVersion(1),
            style: AnswerStyle::Written,
            message_chars_max: 100,
            pace: None,
            questions_max: 1_000,
        };
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(1);
        let beginning = beginning(&rules);
        let script = vec![(Happening::Began(Box::new(beginning.clone())), now, Vec::new())];
        Self {
            state: beginning.state().0,
            held: 0,
            settled: 0,
            released: 0,
            pieces: HashMap::new(),
            ephemeral: Vec::new(),
            rules,
            now,
            ids: 0,
            commands: 0,
            replies: HashMap::new(),
            under_way: VecDeque::new(),
            stored: Vec::new(),
            published: 0,
            writing: None,
            finished: None,
            script,
        }
    }

    /// Everything that happened, with what was handed out for it.
    pub(super) fn script(&self) -> &[(Happening, Timestamp, Vec<Frame>)] {
        &self.script
    }

    pub(super) fn rule(&mut self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.rules);
        self.apply(Input::Ruled(self.rules.clone()));
    }

    pub(super) fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    pub(super) fn fresh(&mut self) -> FreshIds {
        self.ids += 3;
        let id = |n: u128| Uuid::from_u128(self.ids + n);
        FreshIds {
            message_id: MessageId::from_uuid(id(0)),
            answer_message_id: MessageId::from_uuid(id(1)),
            answer_id: AnswerId::from_uuid(id(2)),
        }
    }

    pub(super) fn command(&mut self, command: Command, credit: Credit) -> CommandId {
        let id = CommandId(self.commands);
        self.commands += 1;
        self.held += i64::from(credit == Credit::Held);
        let fresh = self.fresh();
        self.apply(Input::Command { id, command, fresh, credit });
        id
    }

    /// Says something as a visitor, with a credit where one is needed.
    pub(super) fn send(&mut self, id: &str, text: &str) -> CommandId {
        let command = message(id, text);
        let credit = if self.state.wants_credit(&command) { Credit::Held } else { Credit::NotNeeded };
        self.command(command, credit)
    }

    /// Stops the answer that is being written.
    pub(super) fn stop(&mut self) -> CommandId {
        let nobody = MessageId::from_uuid(Uuid::nil());
        let message_id = self.writing.as_ref().map_or(nobody, |question| question.answer_message_id);
        self.command(Command::StopAnswer { message_id }, Credit::NotNeeded)
    }

    pub(super) fn reply(&self, id: CommandId) -> Option<Outcome> {
        self.replies.get(&id).cloned()
    }

    pub(super) fn records_under_way(&self) -> usize {
        self.under_way.len()
    }

    pub(super) fn stored(&self) -> &[Event] {
        &self.stored
    }

    pub(super) fn texts(&self, role: Role) -> Vec<String> {
        let messages = self.stored.iter().filter_map(message_of).filter(|message| message.role == role);
        messages.map(|message| message.text.clone()).collect()
    }

    /// The oldest records become durable, up to `count` of them.
    pub(super) fn keep(&mut self, count: usize) {
        let count = count.min(self.under_way.len());
        let mut last = None;
        for record in self.under_way.drain(..count) {
            self.stored.extend(record.events);
            self.settled += record.credits;
            last = Some(record.ticket);
        }
        if let Some(ticket) = last {
            self.apply(Input::Kept(ticket));
        }
    }

    pub(super) fn keep_all(&mut self) {
        while !self.under_way.is_empty() {
            self.keep(usize::MAX);
        }
    }

    /// Nothing under way is stored; the session reads its history again and takes up what is unanswered.
    pub(super) fn lose(&mut self) {
        if !self.under_way.is_empty() {
            self.released += self.under_way.drain(..).map(|record| record.credits).sum::<u32>();
            self.apply(Input::Lost);
        }
    }

    pub(super) fn being_answered(&self) -> Option<String> {
        self.writing.as_ref().map(|question| question.text.clone())
    }

    pub(super) fn says(&mut self, text: &str) {
        self.answer(AnswerStep::Piece(text.into()));
    }

    pub(super) fn says_and_finishes(&mut self, text: &str) {
        self.finished = self.writing.as_ref().map(|question| question.answer_id);
        self.says(text);
        self.answer(AnswerStep::Finished(Box::new(Finished { citations: Vec::new(), receipt: receipt() })));
    }

    /// Proposes a question after the answer that was finished last; `tokens` is what that took.
    pub(super) fn suggests(&mut self, question: &str, tokens: u64) {
        if let Some(answer_id) = self.finished {
            let tokens = Tokens { prompt: tokens, completion: tokens };
            let suggested = Suggested { questions: vec![question.into()], tokens, cost_micros: None };
            self.apply(Input::Answer { answer_id, step: AnswerStep::Suggested(suggested) });
        }
    }

    /// What was offered to the visitor.
    pub(super) fn suggestions(&self) -> Vec<String> {
        let offered = self.ephemeral.iter().filter_map(|data| match data {
            PublicationData::Suggestions { items, .. } => Some(items.concat()),
            _ => None,
        });
        offered.collect()
    }

    pub(super) fn fails(&mut self) {
        self.answer(AnswerStep::Failed);
    }

    fn answer(&mut self, step: AnswerStep) {
        if let Some(question) = self.writing.clone() {
            let last = !matches!(step, AnswerStep::Piece(_));
            if last {
                self.writing = None;
            }
            self.apply(Input::Answer { answer_id: question.answer_id, step });
        }
    }

    fn apply(&mut self, input: Input) {
        let mut effects = Vec::new();
        let happening = Happening::Took { input: input.clone(), number: None };
        self.state.apply(input, self.now, &mut effects);
        self.script.push((happening, self.now, frames(&effects, |_| 0)));
        effects.into_iter().for_each(|effect| self.enact(effect));
    }

    fn enact(&mut self, effect: Effect) {
        match effect {
            Effect::Reply(id, outcome) => {
                assert!(self.replies.insert(id, outcome).is_none(), "a command is answered once");
            }
            Effect::Publish(publication) => self.publish(&publication),
            Effect::Stream(publication) => self.stream(&publication.data),
            Effect::Keep(ticket, body) => self.departs(ticket, body),
            Effect::StartAnswer(question) => {
                assert!(self.writing.is_none(), "one answer is written at a time");
                self.writing = Some(question);
            }
            Effect::CancelAnswer => self.writing = None,
            Effect::Release => {
                self.held -= 1;
                self.released += 1;
            }
            Effect::Reload => self.begin_again(None),
        }
        assert!(self.held >= 0, "no credit is given back twice");
    }

    /// A record is on its way, and with an answer its credit.
    fn departs(&mut self, ticket: Ticket, body: RecordBody) {
        let credits = u32::from(body.is_answer());
        self.held -= i64::from(credits);
        let events = if let RecordBody::Events { events, .. } = body { events.to_vec() } else { Vec::new() };
        self.under_way.push_back(UnderWay { ticket, events, credits });
    }

    fn publish(&mut self, publication: &Publication) {
        let Some(offset) = publication.offset else {
            if let PublicationData::Suggestions { message_id, .. } = publication.data {
                let mut heard = self.stored.iter().take(self.published).filter_map(message_of);
                let last = heard.next_back().map(|message| message.message_id);
                assert_eq!(last, Some(message_id), "what is offered follows the newest message");
            }
            return self.ephemeral.push(publication.data.clone());
        };
        let event = self.stored.get(self.published).expect("only what is durable is published");
        self.published += 1;
        assert_eq!(
            (offset, usize::try_from(offset.0)),
            (event.seq, Ok(self.published)),
            "without holes, in order"
        );
        if let Some(Message { role: Role::Assistant, message_id, text, .. }) = message_of(event)
            && let Some(pieces) = self.pieces.get(message_id)
        {
            assert_eq!(pieces, text, "the pieces are the answer");
        }
    }

    fn stream(&mut self, data: &PublicationData) {
        let PublicationData::Delta { message_id, n, text } = data else { panic!("only pieces are streamed") };
        assert_eq!(self.pieces.contains_key(message_id), *n > 0, "pieces are counted from 0");
        self.pieces.entry(*message_id).or_default().push_str(text);
    }

    /// The actor ends: its reservations are dropped.
    pub(super) fn end_life(&mut self) {
        self.released += u32::try_from(std::mem::take(&mut self.held)).unwrap();
    }

    /// A new life, or the same one reading its history again.
    pub(super) fn begin_again(&mut self, memory: Option<super::super::Memory>) {
        let (first_ticket, events) = (self.state.next_ticket(), self.stored.clone());
        let beginning = Beginning { first_ticket, memory, events, ..beginning(&self.rules) };
        self.script.push((Happening::Began(Box::new(beginning.clone())), self.now, Vec::new()));
        let (state, unanswered) = beginning.state();
        self.state = state;
        self.writing = None;
        for (message_id, text) in unanswered {
            self.held += 1;
            let fresh = self.fresh();
            self.apply(Input::Resumed { message_id, text, fresh });
        }
    }
}

pub(super) fn message(id: &str, text: &str) -> Command {
    Command::SendMessage { client_id: ClientId::parse(id).unwrap(), text: text.into() }
}

pub(super) const fn message_of(event: &Event) -> Option<&Message> {
    match &event.body {
        EventBody::Message(message) => Some(message),
        EventBody::State(_) => None,
    }
}

pub(super) fn blank(rules: &Rules) -> SessionState {
    beginning(rules).state().0
}

fn beginning(rules: &Rules) -> Beginning {
    let meta = SessionMeta {
        session_id: SessionId::from_uuid(Uuid::nil()),
        chatbot_id: ChatbotId::from_uuid(Uuid::nil()),
        account_id: AccountId::from_uuid(Uuid::nil()),
        epoch: Epoch("e".into()),
        visitor: Visitor::default(),
        locale: None,
        page_url: None,
        opened_at: Timestamp::UNIX_EPOCH,
    };
    Beginning::first(meta, rules.clone(), 8)
}

fn receipt() -> Receipt {
    Receipt::of(ConfigVersion(1), "extractive")
}
