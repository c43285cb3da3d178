//! One conversation as its visitor remembers it: what to say next, and what came.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::checker::{
    Answering, Connected, Conversation, Event, Kind, Marker, Publication, Role, foreign_marker,
};

/// The protocol's code for a token whose time is over.
const TOKEN_EXPIRED: u64 = 109;

/// A message that is not acknowledged yet.
#[derive(Debug)]
struct Message {
    id: String,
    text: String,
    /// The command under way that carries it.
    command: Option<u64>,
}

/// What became known by something that was heard.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing that matters at once.
    Nothing,
    /// The server wants to know whether anybody is there.
    Ping,
    /// The connection stands.
    Connected,
    /// The server wants no connection now.
    NotNow,
    /// The conversation can't be gone on with: its token has expired.
    Expired,
    /// A message was refused; later it may not be.
    Refused,
    /// A question was answered that was last sent at this moment.
    Answered(Instant),
}

/// The conversation.
#[derive(Debug)]
pub struct Talk {
    /// What is recorded of it.
    pub conversation: Conversation,
    token: Option<String>,
    epoch: String,
    offset: u64,
    commands: u64,
    connecting: Option<(u64, Option<u64>)>,
    waiting: VecDeque<Message>,
    repeats: BTreeMap<u64, String>,
    acknowledged: Vec<(String, String)>,
    sent_at: BTreeMap<String, Instant>,
    /// Questions that want an answer, by message id, with when they were last sent.
    unanswered: BTreeMap<String, Instant>,
    /// Whether a person speaks now, so that nothing is answered by itself.
    person: bool,
    asked: usize,
}

impl Talk {
    /// One that has not begun.
    pub fn new(tenant: usize, visitor: usize, answering: Answering) -> Self {
        let (events, stored) = (Vec::new(), Vec::new());
        let conversation =
            Conversation { tenant, visitor, session: String::new(), answering, events, stored };
        Self {
            conversation,
            token: None,
            epoch: String::new(),
            offset: 0,
            commands: 0,
            connecting: None,
            waiting: VecDeque::new(),
            repeats: BTreeMap::new(),
            acknowledged: Vec::new(),
            sent_at: BTreeMap::new(),
            unanswered: BTreeMap::new(),
            person: false,
            asked: 0,
        }
    }

    /// How many questions were asked.
    pub const fn asked(&self) -> usize {
        self.asked
    }

    /// Questions without acknowledgement or answer.
    pub fn open(&self) -> usize {
        self.waiting.len() + self.unanswered.len()
    }

    /// Whether a reply is due.
    pub fn is_owed(&self) -> bool {
        self.connecting.is_some() || !self.repeats.is_empty() || self.open() > 0
    }

    /// What is said first on a new connection: who one is, and how far one has read.
    pub fn enters(&mut self) -> Value {
        self.commands += 1;
        let since = self.token.is_some().then_some(self.offset);
        self.connecting = Some((self.commands, since));
        let connect = match &self.token {
            None => json!({ "data": { "locale": "en" } }),
            Some(token) => {
                let position = json!({ "recover": true, "epoch": self.epoch, "offset": self.offset });
                json!({ "token": token, "subs": { self.channel(): position } })
            }
        };
        json!({ "id": self.commands, "connect": connect })
    }

    /// The connection has ended: what was under way is to be said again.
    pub fn loses(&mut self) {
        self.connecting = None;
        self.repeats.clear();
        self.waiting.iter_mut().for_each(|message| message.command = None);
        if !matches!(self.conversation.events.last(), Some(Event::Lost) | None) {
            self.conversation.events.push(Event::Lost);
        }
    }

    /// A new question.
    pub fn asks(&mut self) {
        self.asked += 1;
        let Conversation { tenant, visitor, .. } = self.conversation;
        let number = self.asked;
        let text = Marker { tenant, visitor, number }.question();
        self.waiting.push_back(Message { id: format!("m{number}"), text, command: None });
    }

    /// The next command that is due, if any.
    pub fn says(&mut self) -> Option<Value> {
        let message = self.waiting.iter_mut().find(|message| message.command.is_none())?;
        self.commands += 1;
        message.command = Some(self.commands);
        let (id, text) = (message.id.clone(), message.text.clone());
        Some(self.sends(id, text))
    }

    /// The same once more of what was acknowledged before; `chance` picks it.
    pub fn repeats(&mut self, chance: u64) -> Option<Value> {
        let place = usize::try_from(chance.checked_rem(self.acknowledged.len() as u64)?).ok()?;
        let (id, text) = self.acknowledged[place].clone();
        self.commands += 1;
        self.repeats.insert(self.commands, id.clone());
        Some(self.sends(id, text))
    }

    fn sends(&mut self, id: String, text: String) -> Value {
        self.sent_at.insert(id.clone(), Instant::now());
        self.conversation.events.push(Event::Sent { id: id.clone(), text: text.clone() });
        let rpc = json!({ "method": "message.send", "data": { "id": id, "text": text } });
        json!({ "id": self.commands, "rpc": rpc })
    }

    /// Takes one frame; what it means is told line by line.
    pub fn hears(&mut self, frame: &str) -> Vec<News> {
        let Conversation { tenant, visitor, .. } = self.conversation;
        if let Some(foreign) = foreign_marker(frame, tenant, visitor) {
            self.conversation.events.push(Event::Foreign { what: foreign.to_string() });
        }
        let lines = frame.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| self.takes(&serde_json::from_str(line).unwrap_or_default())).collect()
    }

    fn takes(&mut self, object: &Value) -> News {
        if object == &json!({}) {
            return News::Ping;
        }
        if let Some(command) = object["id"].as_u64() {
            return self.takes_reply(command, object);
        }
        if object["push"]["pub"].is_object() {
            if object["push"]["channel"] != self.channel() {
                let what = format!("channel {}", object["push"]["channel"]);
                self.conversation.events.push(Event::Foreign { what });
            }
            let publication = publication(&object["push"]["pub"]);
            self.offset = publication.offset.unwrap_or(self.offset);
            self.conversation.events.push(Event::Published(publication));
            return self.follows(&object["push"]["pub"]["data"]);
        }
        News::Nothing
    }

    fn takes_reply(&mut self, command: u64, reply: &Value) -> News {
        if let Some((connecting, since)) = self.connecting.take_if(|(id, _)| *id == command) {
            debug_assert_eq!(connecting, command);
            return if reply["connect"].is_object() {
                self.connected(since, &reply["connect"])
            } else {
                self.turned_away(reply)
            };
        }
        let place = self.waiting.iter().position(|message| message.command == Some(command));
        let id = match place {
            Some(place) => self.waiting[place].id.clone(),
            None => match self.repeats.remove(&command) {
                Some(id) => id,
                None => return News::Nothing,
            },
        };
        let data = &reply["rpc"]["data"];
        if let (Some(seq), Some(duplicate)) = (data["seq"].as_u64(), data["duplicate"].as_bool()) {
            self.conversation.events.push(Event::Acknowledged { id, seq, duplicate });
            if let Some(message) = place.and_then(|place| self.waiting.remove(place)) {
                self.acknowledged.push((message.id, message.text));
            }
            return News::Nothing;
        }
        self.refused(place, id, &reply["error"])
    }

    fn refused(&mut self, place: Option<usize>, id: String, error: &Value) -> News {
        let code = error["code"].as_u64().unwrap_or_default();
        let temporary = error["temporary"].as_bool().unwrap_or_default();
        self.conversation.events.push(Event::Refused { id, code, temporary });
        match place {
            Some(place) if temporary => self.waiting[place].command = None,
            Some(place) => drop(self.waiting.remove(place)),
            None => {}
        }
        News::Refused
    }

    fn connected(&mut self, since: Option<u64>, connect: &Value) -> News {
        let text = |name: &str| connect["data"][name].as_str().unwrap_or_default().to_owned();
        let session = text("session_id");
        let replaced = self.token.is_some() && session != self.conversation.session;
        if replaced {
            self.is_replaced_by(&session);
        }
        self.conversation.session = session;
        self.token = Some(text("token"));
        let subscription = connect["subs"][self.channel()].clone();
        self.epoch = subscription["epoch"].as_str().unwrap_or_default().to_owned();
        let missed = subscription["publications"].as_array().cloned().unwrap_or_default();
        self.offset = subscription["offset"].as_u64().unwrap_or_default();
        self.conversation.events.push(Event::Connected(Connected {
            since: since.filter(|_| !replaced),
            recovered: subscription["recovered"].as_bool().unwrap_or_default(),
            offset: self.offset,
            missed: missed.iter().map(publication).collect(),
        }));
        for publication in &missed {
            self.follows(&publication["data"]);
        }
        News::Connected
    }

    /// A conversation of which nothing was acknowledged may vanish with its node; the visitor begins another one.
    fn is_replaced_by(&mut self, session: &str) {
        if self.acknowledged.is_empty() && self.conversation.published().next().is_none() {
            self.conversation.events.clear();
        } else {
            let why = format!("it became conversation {session}");
            self.conversation.events.push(Event::TurnedAway { why });
        }
    }

    fn turned_away(&mut self, reply: &Value) -> News {
        if reply["error"]["code"] == TOKEN_EXPIRED && self.token.is_some() {
            self.conversation.events.push(Event::Expired);
            return News::Expired;
        }
        if reply["error"]["temporary"] != true {
            let why = format!("the connection was refused with {}", reply["error"]);
            self.conversation.events.push(Event::TurnedAway { why });
        }
        News::NotNow
    }

    /// Keeps count of questions that want an answer.
    fn follows(&mut self, data: &Value) -> News {
        let text = |name: &str| data[name].as_str().unwrap_or_default();
        if data["type"] == "state" {
            self.person = data["state"] == "agent";
            if self.person {
                self.unanswered.clear();
            }
        }
        if data["type"] != "message" {
            return News::Nothing;
        }
        if let Some(sent_at) = data["client_id"].as_str().and_then(|id| self.sent_at.get(id))
            && !self.person
        {
            self.unanswered.insert(text("message_id").to_owned(), *sent_at);
        }
        match self.unanswered.remove(text("reply_to")) {
            Some(sent_at) if data["role"] == "assistant" => News::Answered(sent_at),
            _ => News::Nothing,
        }
    }

    fn channel(&self) -> String {
        format!("session:{}", self.conversation.session)
    }
}

fn publication(value: &Value) -> Publication {
    let data = &value["data"];
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    let n = data["n"].as_u64().unwrap_or_default();
    let message_id = text("message_id");
    let kind = match data["type"].as_str() {
        Some("message") => {
            let reply_to = data["reply_to"].as_str().map(str::to_owned);
            Kind::Message { message_id, role: role(&data["role"]), text: text("text"), reply_to }
        }
        Some("state") => Kind::State { person: data["state"] == "agent" },
        Some("delta") => Kind::Delta { message_id, n, text: text("text") },
        Some("snapshot") => Kind::Snapshot { message_id, n, text: text("text") },
        _ => Kind::Other,
    };
    Publication { offset: value["offset"].as_u64(), kind }
}

/// The role that a document names.
pub fn role(value: &Value) -> Role {
    match value.as_str() {
        Some("visitor") => Role::Visitor,
        Some("assistant") => Role::Assistant,
        Some("agent") => Role::Agent,
        _ => Role::System,
    }
}
