//! A visitor of a website, on the visitor socket.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::patience::within;
use super::server::Server;
use super::wire::{Heard, Wire};

/// Something that was published to the session.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The position, for durable ones.
    pub offset: Option<u64>,
    /// What was said.
    pub data: Value,
}

/// An acknowledged message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub client_id: String,
    pub seq: u64,
    pub duplicate: bool,
}

/// A whole answer and the pieces it came in.
#[derive(Debug)]
pub struct Answer {
    pub offset: u64,
    pub message: Value,
    /// What the pieces give when they are put together as a client does: deltas appended, snapshots in their place.
    pub streamed: String,
    /// How many deltas there were.
    pub deltas: usize,
}

impl Answer {
    /// The final words.
    pub fn text(&self) -> &str {
        self.message["text"].as_str().expect("a text")
    }

    /// What it rests on.
    pub fn citations(&self) -> &[Value] {
        self.message["citations"].as_array().expect("citations")
    }
}

/// A person on a page with the widget, who remembers what a published client remembers.
#[derive(Debug)]
pub struct Visitor {
    wire: Option<Wire>,
    address: String,
    path: String,
    /// The reply to `connect`.
    pub welcome: Value,
    pub session_id: String,
    pub token: String,
    pub epoch: String,
    pub offset: u64,
    commands: u64,
    replies: BTreeMap<u64, Value>,
    inbox: VecDeque<Publication>,
    /// How many objects each frame held, in order.
    pub frames: Vec<usize>,
}

impl Visitor {
    /// Opens the widget for the first time.
    pub async fn connects(server: &Server, chatbot: &str) -> Self {
        Self::connects_with(server.address(), chatbot, json!({ "data": { "locale": "en" } })).await
    }

    /// Opens it with a session token.
    pub async fn connects_as(server: &Server, chatbot: &str, token: &str) -> Self {
        Self::connects_with(server.address(), chatbot, json!({ "token": token })).await
    }

    /// Opens it with any `connect`, at any address.
    pub async fn connects_with(address: &str, chatbot: &str, connect: Value) -> Self {
        let mut visitor = Self {
            wire: None,
            address: address.to_owned(),
            path: format!("/v1/chatbots/{chatbot}/socket"),
            welcome: Value::Null,
            session_id: String::new(),
            token: String::new(),
            epoch: String::new(),
            offset: 0,
            commands: 0,
            replies: BTreeMap::new(),
            inbox: VecDeque::new(),
            frames: Vec::new(),
        };
        visitor.enters(connect).await;
        visitor
    }

    /// The network fails: the socket ends without a word.
    pub fn is_cut(&mut self) {
        self.wire = None;
        self.replies.clear();
    }

    /// Comes back as published clients do: with the token and the last position. Says whether the gap was filled.
    pub async fn returns(&mut self) -> bool {
        let position = json!({ "recover": true, "epoch": self.epoch, "offset": self.offset });
        let channel = self.channel();
        self.enters(json!({ "token": self.token, "subs": { channel: position } })).await;
        self.subscription()["recovered"] == true
    }

    /// Comes back to a server that may have moved.
    pub async fn returns_to(&mut self, server: &Server) -> bool {
        self.returns_at(server.address()).await
    }

    /// Comes back at another address.
    pub async fn returns_at(&mut self, address: &str) -> bool {
        self.is_cut();
        address.clone_into(&mut self.address);
        self.returns().await
    }

    /// Sends a message under an id of its own and has it acknowledged.
    pub async fn asks(&mut self, text: &str) -> Sent {
        let connection = self.welcome["client"].as_str().unwrap_or_default();
        let client_id = format!("{connection}-{}", self.commands + 1);
        self.sends(&client_id, text).await.unwrap_or_else(|error| panic!("not accepted: {error}"))
    }

    /// Sends a message under a given id.
    pub async fn sends(&mut self, client_id: &str, text: &str) -> Result<Sent, Value> {
        let reply = self.calls("message.send", json!({ "id": client_id, "text": text })).await?;
        let seq = reply["seq"].as_u64().unwrap_or_else(|| panic!("no seq in {reply}"));
        let duplicate = reply["duplicate"].as_bool().unwrap_or_else(|| panic!("no duplicate in {reply}"));
        Ok(Sent { client_id: client_id.to_owned(), seq, duplicate })
    }

    /// Calls a method and gives the reply's data, or its error.
    pub async fn calls(&mut self, method: &str, data: Value) -> Result<Value, Value> {
        let id = self.begins(json!({ "rpc": { "method": method, "data": data } })).await;
        let reply = self.reply_to(id).await;
        if reply["error"].is_object() {
            Err(reply["error"].clone())
        } else {
            Ok(reply["rpc"]["data"].clone())
        }
    }

    /// Says a command without waiting for its reply.
    pub async fn begins(&mut self, mut command: Value) -> u64 {
        self.commands += 1;
        command["id"] = self.commands.into();
        self.wire().says(&command).await;
        self.commands
    }

    /// Waits for the reply to a command.
    pub async fn reply_to(&mut self, id: u64) -> Value {
        within("the reply to a command", async {
            while !self.replies.contains_key(&id) {
                self.listens().await;
            }
        })
        .await;
        self.replies.remove(&id).unwrap_or_default()
    }

    /// Says a command and waits for its reply; none when the socket ends before it, or has ended.
    pub async fn tries(&mut self, mut command: Value) -> Option<Value> {
        self.commands += 1;
        let id = self.commands;
        command["id"] = id.into();
        self.wire().tries_to_say(&command).await.then_some(())?;
        while !self.replies.contains_key(&id) {
            let Heard::Frame(objects) = self.wire().hears().await else { return None };
            for object in objects {
                self.hears(&object).await;
            }
        }
        self.replies.remove(&id)
    }

    /// Waits for so many replies to any commands.
    pub async fn replies(&mut self, count: usize) -> BTreeMap<u64, Value> {
        while self.replies.len() < count {
            self.listens().await;
        }
        std::mem::take(&mut self.replies)
    }

    /// Every reply that still comes before the socket ends in whatever way.
    pub async fn replies_until_the_end(&mut self) -> BTreeMap<u64, Value> {
        while let Heard::Frame(objects) = self.wire().hears().await {
            for object in objects.iter().filter(|object| object["id"].is_u64()) {
                self.replies.insert(object["id"].as_u64().unwrap_or_default(), object.clone());
            }
        }
        std::mem::take(&mut self.replies)
    }

    /// Waits for the next publication of a type; others wait for their turn.
    pub async fn sees(&mut self, kind: &str) -> Publication {
        self.sees_where(|data| data["type"] == kind).await
    }

    /// Waits for the next publication that fits; others wait for their turn.
    pub async fn sees_where(&mut self, fits: impl Fn(&Value) -> bool) -> Publication {
        within("a publication", async {
            loop {
                let place = self.inbox.iter().position(|publication| fits(&publication.data));
                if let Some(found) = place.and_then(|place| self.inbox.remove(place)) {
                    return found;
                }
                self.listens().await;
            }
        })
        .await
    }

    /// Waits for the next message of a role.
    pub async fn sees_message_from(&mut self, role: &str) -> Publication {
        self.sees_where(|data| data["type"] == "message" && data["role"] == role).await
    }

    /// Waits for the next whole answer, with the pieces that led to it.
    pub async fn sees_answer(&mut self) -> Answer {
        let whole = self.sees_message_from("assistant").await;
        let id = whole.data["message_id"].clone();
        let (mut streamed, mut deltas) = (String::new(), 0);
        let pieces = std::mem::take(&mut self.inbox);
        for publication in pieces {
            let data = &publication.data;
            match data["type"].as_str() {
                Some("delta") if data["message_id"] == id => {
                    streamed.push_str(data["text"].as_str().expect("a piece"));
                    deltas += 1;
                }
                Some("snapshot") if data["message_id"] == id => {
                    data["text"].as_str().expect("all so far").clone_into(&mut streamed);
                }
                _ => self.inbox.push_back(publication),
            }
        }
        let offset = whole.offset.expect("a final message is durable");
        Answer { offset, message: whole.data, streamed, deltas }
    }

    /// Waits until the server closes, and gives the code.
    pub async fn is_closed_with(&mut self) -> u16 {
        self.wire().hears_close().await
    }

    /// The bare socket.
    pub fn wire(&mut self) -> &mut Wire {
        self.wire.as_mut().expect("the visitor is connected")
    }

    /// The session's entry in the last reply to `connect`.
    pub fn subscription(&self) -> &Value {
        &self.welcome["subs"][self.channel()]
    }

    /// The session's channel.
    pub fn channel(&self) -> String {
        format!("session:{}", self.session_id)
    }

    async fn enters(&mut self, connect: Value) {
        let wire = Wire::open(&self.address, &self.path, None).await;
        self.wire = Some(wire.unwrap_or_else(|status| panic!("refused with {status}")));
        let id = self.begins(json!({ "connect": connect })).await;
        let reply = self.reply_to(id).await;
        assert!(reply["connect"].is_object(), "no connection: {reply}");
    }

    fn keeps_identity(&mut self) {
        let data = &self.welcome["data"];
        let text =
            |name: &str| data[name].as_str().unwrap_or_else(|| panic!("no {name} in {data}")).to_owned();
        (self.session_id, self.token) = (text("session_id"), text("token"));
    }

    fn keeps_position(&mut self) {
        let subscription = self.subscription().clone();
        assert!(subscription.is_object(), "not subscribed: {}", self.welcome);
        self.epoch = subscription["epoch"].as_str().expect("an epoch").to_owned();
        for missed in subscription["publications"].as_array().into_iter().flatten() {
            self.takes(missed);
        }
        self.offset = subscription["offset"].as_u64().unwrap_or_default();
    }

    async fn listens(&mut self) {
        match self.wire().hears().await {
            Heard::Frame(objects) => {
                self.frames.push(objects.len());
                for object in objects {
                    self.hears(&object).await;
                }
            }
            end => panic!("the socket ended while something was awaited: {end:?}"),
        }
    }

    async fn hears(&mut self, object: &Value) {
        if object == &json!({}) {
            self.wire().says(&json!({})).await;
        } else if let Some(id) = object["id"].as_u64() {
            if object["connect"].is_object() {
                self.welcome = object["connect"].clone();
                self.keeps_identity();
                self.keeps_position();
            }
            self.replies.insert(id, object.clone());
        } else if object["push"]["pub"].is_object() {
            assert_eq!(object["push"]["channel"], self.channel(), "a foreign channel");
            self.takes(&object["push"]["pub"]);
        }
    }

    fn takes(&mut self, publication: &Value) {
        let offset = publication["offset"].as_u64();
        if let Some(offset) = offset {
            assert!(offset > self.offset, "{publication} came again or out of order, after {}", self.offset);
            self.offset = offset;
        }
        self.inbox.push_back(Publication { offset, data: publication["data"].clone() });
    }
}
