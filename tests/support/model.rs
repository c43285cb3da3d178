//! A language model behind an API like OpenAI's or Anthropic's, whose every word and failure the test decides.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::dialect::Dialect;
use super::server::Plan;
use super::stub::{Request, Stub, respond};

/// What the model does with one call.
#[derive(Debug, Clone)]
pub enum Turn {
    /// Says these pieces and ends well.
    Says(Vec<String>),
    /// Says each of these pieces only when [`Model::lets`] allows it, and ends well.
    Drips(Vec<String>),
    /// Says these pieces, then loses the connection in the middle of an event.
    IsCutAfter(Vec<String>),
    /// Says these pieces, ends well, and then says so again.
    EndsTwice(Vec<String>),
    /// Says these words, then calls tools: their names and arguments.
    Calls(String, Vec<(String, Value)>),
    /// Answers with a status and a body that fits it.
    Fails(u16),
    /// Sends events that are no JSON.
    Babbles,
    /// Takes the call and never says anything.
    Hangs,
}

impl Turn {
    /// One that says a text word by word.
    pub fn saying(text: &str) -> Self {
        Self::Says(words(text))
    }

    /// One that calls a tool without a word.
    pub fn calling(tool: &str, arguments: Value) -> Self {
        Self::Calls(String::new(), vec![(tool.to_owned(), arguments)])
    }

    /// One that says a text word by word, each when allowed.
    pub fn dripping(text: &str) -> Self {
        Self::Drips(words(text))
    }
}

/// The words of a text, blanks kept, so that they make the text again.
pub fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

#[derive(Debug)]
struct Script {
    turns: Mutex<VecDeque<Turn>>,
    calls: Mutex<Vec<Value>>,
    allowed: Semaphore,
}

/// The model. It says "I have nothing to say." when its script has run out.
#[derive(Debug)]
pub struct Model {
    stub: Stub,
    script: Arc<Script>,
}

impl Model {
    /// One that will do these turns, a call each.
    pub async fn with(turns: impl IntoIterator<Item = Turn>) -> Self {
        let script = Arc::new(Script {
            turns: Mutex::new(turns.into_iter().collect()),
            calls: Mutex::default(),
            allowed: Semaphore::new(0),
        });
        let shared = Arc::clone(&script);
        let stub = Stub::serve(move |request, stream| play(Arc::clone(&shared), request, stream)).await;
        Self { stub, script }
    }

    /// The settings by which a server finds it, as provider `scripted`.
    pub fn known_to(&self, plan: Plan) -> Plan {
        self.known_as("scripted", "openai", plan)
    }

    /// The settings by which a server finds it under a name, as a provider of that kind.
    pub fn known_as(&self, name: &str, kind: &str, plan: Plan) -> Plan {
        let key = |last: &str| format!("AIHIO__LLM__{}__{last}", name.to_uppercase());
        plan.with(&key("KIND"), kind)
            .with(&key("BASE_URL"), format!("http://{}/v1", self.stub.address()))
            .with(&key("API_KEY"), "not-a-secret")
            .with(&key("MODEL"), "scripted-1")
    }

    /// Allows so many more pieces of [`Turn::Drips`].
    pub fn lets(&self, pieces: usize) {
        self.script.allowed.add_permits(pieces);
    }

    /// The bodies of all calls so far.
    pub fn calls(&self) -> Vec<Value> {
        lock(&self.script.calls).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn play(script: Arc<Script>, request: Request, mut stream: TcpStream) {
    let Some(dialect) = Dialect::of(&request.path) else {
        return respond(&mut stream, "404 Not Found", "", "").await;
    };
    lock(&script.calls).push(serde_json::from_str(&request.body).unwrap_or_default());
    let turn = lock(&script.turns).pop_front();
    match turn.unwrap_or_else(|| Turn::saying("I have nothing to say.")) {
        Turn::Drips(pieces) => drip((&script, dialect), &mut stream, &pieces).await,
        turn if dialect == Dialect::OpenAi => plays(&mut stream, turn, Duration::ZERO).await,
        turn => speaks((&mut stream, dialect), turn, Duration::ZERO).await,
    }
}

/// Does one turn in OpenAI's words, with a pause before each event.
pub async fn plays(stream: &mut TcpStream, turn: Turn, pause: Duration) {
    speaks((stream, Dialect::OpenAi), turn, pause).await;
}

async fn speaks((stream, dialect): (&mut TcpStream, Dialect), turn: Turn, pause: Duration) {
    match turn {
        Turn::Fails(status) => fail(stream, status).await,
        Turn::Hangs => std::future::pending().await,
        Turn::Babbles => {
            stream_events(stream, &["data: {no json\n\n".to_owned()], (Ending::Whole, pause)).await;
        }
        Turn::Says(pieces) | Turn::Drips(pieces) => {
            stream_events(stream, &dialect.spoken(&pieces, 1), (Ending::Whole, pause)).await;
        }
        Turn::Calls(said, calls) => {
            stream_events(stream, &dialect.calling(&said, &calls), (Ending::Whole, pause)).await;
        }
        Turn::EndsTwice(pieces) => {
            stream_events(stream, &dialect.spoken(&pieces, 2), (Ending::Whole, pause)).await;
        }
        Turn::IsCutAfter(pieces) => {
            let mut events: Vec<String> = pieces.iter().map(|piece| dialect.delta(piece)).collect();
            events.push("data: {\"choi".to_owned());
            stream_events(stream, &events, (Ending::Cut, pause)).await;
        }
    }
}

async fn fail(stream: &mut TcpStream, status: u16) {
    let body = json!({ "error": { "message": "scripted failure", "type": "server_error", "code": null } });
    let headers = "content-type: application/json\r\nretry-after: 0\r\n";
    respond(stream, &format!("{status} Scripted"), headers, &body.to_string()).await;
}

async fn drip((script, dialect): (&Script, Dialect), stream: &mut TcpStream, pieces: &[String]) {
    begin(stream).await;
    for piece in pieces {
        match script.allowed.acquire().await {
            Ok(permit) => permit.forget(),
            Err(_) => return,
        }
        chunk(stream, &dialect.delta(piece)).await;
    }
    for event in dialect.ending(1) {
        chunk(stream, &event).await;
    }
    let _ = stream.write_all(b"0\r\n\r\n").await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Whole,
    Cut,
}

async fn stream_events(stream: &mut TcpStream, events: &[String], (end, pause): (Ending, Duration)) {
    begin(stream).await;
    for event in events {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        chunk(stream, event).await;
    }
    if end == Ending::Whole {
        let _ = stream.write_all(b"0\r\n\r\n").await;
    }
    let _ = stream.shutdown().await;
}

async fn begin(stream: &mut TcpStream) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let _ = stream.write_all(head.as_bytes()).await;
}

async fn chunk(stream: &mut TcpStream, event: &str) {
    let _ = stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await;
    let _ = stream.flush().await;
}
