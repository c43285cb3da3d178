//! Histories as a server without faults would leave them, for any course of events: what the checker must accept, and
//! what one lie is then put into.

use proptest::prelude::*;

use super::record::Balance;
use super::{
    Account, Answering, Calls, Connected, Conversation, Event, History, Kind, Marker, Publication, Role,
    Stored,
};

/// A step in a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A question is asked, acknowledged and answered in so many pieces.
    Ask { pieces: usize },
    /// A question is asked and stored, but the acknowledgement is lost with the connection; it is sent again.
    AskThroughACut,
    /// The last question is sent once more.
    Repeat,
    /// The connection ends and comes back, after so many questions asked from elsewhere.
    Return { missed: usize },
    /// A person takes over, is spoken to, and gives back.
    TakeOver,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_usize..5).prop_map(|pieces| Step::Ask { pieces }),
        Just(Step::AskThroughACut),
        Just(Step::Repeat),
        (0_usize..3).prop_map(|missed| Step::Return { missed }),
        Just(Step::TakeOver),
    ]
}

/// A history of two tenants, in which every kind of step happens.
pub(super) fn history() -> impl Strategy<Value = History> {
    let steps = || {
        prop::collection::vec(step(), 0..10).prop_map(|mut steps| {
            let every = [
                Step::Ask { pieces: 3 },
                Step::AskThroughACut,
                Step::Repeat,
                Step::TakeOver,
                Step::Return { missed: 2 },
                Step::Ask { pieces: 2 },
            ];
            steps.extend(every);
            steps
        })
    };
    (steps(), steps()).prop_map(|(one, two)| {
        let mut history = History::default();
        history.add(0, Answering::Echo, &one);
        history.add(1, Answering::Model, &two);
        history
    })
}

impl History {
    fn add(&mut self, tenant: usize, answering: Answering, steps: &[Step]) {
        let mut play = Play::new(tenant, answering);
        steps.iter().for_each(|step| play.does(*step));
        let billed =
            play.conversation.stored.iter().filter(|said| said.role == Role::Assistant).count() as u64;
        let balance = Balance { used: billed, left: Some(1_000 - billed as i64), limit: Some(1_000) };
        self.accounts.push(Account { tenant, billed, billed_in_period: billed, balances: vec![balance] });
        if answering == Answering::Model {
            let asked = play.conversation.stored.iter().filter(|said| said.role == Role::Visitor);
            let markers = asked.flat_map(|said| Marker::all(&said.text).collect::<Vec<_>>());
            self.calls =
                Calls { completed: markers.map(|m| (m.to_string(), 1)).collect(), leaks: Vec::new() };
        }
        self.conversations.push(play.conversation);
    }
}

/// A server and a client in one head.
struct Play {
    conversation: Conversation,
    log: Vec<Publication>,
    heard: u64,
    questions: usize,
    last: Option<(String, String, u64)>,
}

impl Play {
    fn new(tenant: usize, answering: Answering) -> Self {
        let first = Connected { since: None, recovered: false, offset: 0, missed: Vec::new() };
        let (session, events) = (format!("s{tenant}"), vec![Event::Connected(first)]);
        let conversation =
            Conversation { tenant, visitor: tenant, session, answering, events, stored: Vec::new() };
        Self { conversation, log: Vec::new(), heard: 0, questions: 0, last: None }
    }

    fn does(&mut self, step: Step) {
        match step {
            Step::Ask { pieces } => {
                let (id, seq) = self.asks();
                self.acknowledges(&id, seq, false);
                self.answers(pieces);
            }
            Step::AskThroughACut => {
                let (id, seq) = self.asks();
                self.returns();
                let text = self.conversation.stored[seq as usize - 1 - self.states_before(seq)].text.clone();
                self.conversation.events.push(Event::Sent { id: id.clone(), text });
                self.acknowledges(&id, seq, true);
                self.answers(1);
            }
            Step::Repeat => {
                if let Some((id, text, seq)) = self.last.clone() {
                    self.conversation.events.push(Event::Sent { id: id.clone(), text });
                    self.acknowledges(&id, seq, true);
                }
            }
            Step::Return { missed } => {
                self.conversation.events.push(Event::Lost);
                for _ in 0..missed {
                    let (_, _) = self.asks();
                    self.answers(0);
                }
                self.returns();
            }
            Step::TakeOver => {
                self.publishes(Kind::State { person: true });
                let (id, seq) = self.asks();
                self.acknowledges(&id, seq, false);
                self.publishes(Kind::State { person: false });
            }
        }
        self.hears_all();
    }

    fn states_before(&self, seq: u64) -> usize {
        let state = |p: &&Publication| matches!(p.kind, Kind::State { .. }) && p.offset < Some(seq);
        self.log.iter().filter(state).count()
    }

    fn asks(&mut self) -> (String, u64) {
        self.questions += 1;
        let marker = Marker {
            tenant: self.conversation.tenant,
            visitor: self.conversation.visitor,
            number: self.questions,
        };
        let (id, text) = (format!("m{}", self.questions), marker.question());
        self.conversation.events.push(Event::Sent { id: id.clone(), text: text.clone() });
        let seq = self.says(Role::Visitor, &text, Some(&id), None);
        self.last = Some((id.clone(), text, seq));
        (id, seq)
    }

    fn answers(&mut self, pieces: usize) {
        let question = self.conversation.stored.last().cloned().expect("a question was asked");
        let text = match self.conversation.answering {
            Answering::Echo => question.text.clone(),
            Answering::Model => Marker::all(&question.text).next().map(Marker::answer).unwrap_or_default(),
        };
        self.hears_all();
        let message_id = format!("{}-{}", self.conversation.session, self.log.len() + 1);
        let size = (text.len() / pieces.max(1)).max(1);
        let mut rest = text.as_str();
        for n in 0..pieces {
            let (piece, after) = if n + 1 == pieces { (rest, "") } else { rest.split_at(size) };
            let (message_id, n, text) = (message_id.clone(), n as u64, piece.to_owned());
            let kind = Kind::Delta { message_id, n, text };
            self.conversation.events.push(Event::Published(Publication { offset: None, kind }));
            rest = after;
        }
        self.says(Role::Assistant, &text, None, Some(question.message_id));
    }

    fn says(&mut self, role: Role, text: &str, client_id: Option<&str>, reply_to: Option<String>) -> u64 {
        let (seq, text) = (self.log.len() as u64 + 1, text.to_owned());
        let message_id = format!("{}-{seq}", self.conversation.session);
        let client_id = client_id.map(str::to_owned);
        let kind = Kind::Message {
            message_id: message_id.clone(),
            role,
            text: text.clone(),
            reply_to: reply_to.clone(),
        };
        self.publishes(kind);
        self.conversation.stored.push(Stored { seq, message_id, role, text, client_id, reply_to });
        seq
    }

    fn publishes(&mut self, kind: Kind) {
        let offset = Some(self.log.len() as u64 + 1);
        self.log.push(Publication { offset, kind });
    }

    fn acknowledges(&mut self, id: &str, seq: u64, duplicate: bool) {
        self.conversation.events.push(Event::Acknowledged { id: id.to_owned(), seq, duplicate });
    }

    fn hears_all(&mut self) {
        for publication in self.log.iter().skip(self.heard as usize) {
            self.conversation.events.push(Event::Published(publication.clone()));
        }
        self.heard = self.log.len() as u64;
    }

    fn returns(&mut self) {
        self.conversation.events.push(Event::Lost);
        let missed = self.log.iter().skip(self.heard as usize).cloned().collect();
        let (since, offset) = (Some(self.heard), self.log.len() as u64);
        self.conversation.events.push(Event::Connected(Connected { since, recovered: true, offset, missed }));
        self.heard = offset;
    }
}
