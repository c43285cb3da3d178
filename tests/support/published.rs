//! The published clients of the Centrifugal protocol, unmodified, in processes of their own. Scripts in
//! `tests/clients` tell what they see, a JSON object a line, and do what they are told the same way.

use std::collections::VecDeque;
use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::{Value, json};

use super::patience::until;
use super::program::{Program, clients, mortal, script};
use super::server::Log;

/// Which client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// `centrifuge` from npm.
    JavaScript,
    /// `centrifuge-python` from PyPI.
    Python,
}

/// A running client.
#[derive(Debug)]
pub struct Published {
    process: Child,
    orders: ChildStdin,
    said: Log,
    errors: Log,
    read: usize,
    unseen: VecDeque<Value>,
    commands: u64,
}

impl Published {
    /// Starts one on a chatbot's socket with a session's token; none where its language is not on this machine.
    pub fn connects(client: Client, address: &str, chatbot: &str, token: &str) -> Option<Self> {
        let mut command = match client {
            Client::JavaScript => {
                let mut command = mortal(&Program::Node.find()?);
                command.arg(script("visitor.cjs")).env("NODE_PATH", clients().join("node_modules"));
                command
            }
            Client::Python => {
                let mut command = mortal(&Program::Python.find()?);
                command.arg(script("visitor.py"));
                command
            }
        };
        command.arg(format!("ws://{address}/v1/chatbots/{chatbot}/socket")).arg(token);
        Some(Self::run(command))
    }

    fn run(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the client can be started");
        let (said, errors) = (Log::default(), Log::default());
        said.follow(process.stdout.take().expect("it is piped"));
        errors.follow(process.stderr.take().expect("it is piped"));
        let orders = process.stdin.take().expect("it is piped");
        Self { process, orders, said, errors, read: 0, unseen: VecDeque::new(), commands: 0 }
    }

    /// Calls a method and waits for what the client got for it: `{"data"}` or `{"error"}`.
    pub async fn calls(&mut self, method: &str, data: Value) -> Value {
        self.commands += 1;
        let order = json!({ "command": self.commands, "method": method, "data": data });
        writeln!(self.orders, "{order}").expect("the client reads its orders");
        let command = self.commands;
        self.tells("reply", |event| event["command"] == command).await
    }

    /// Sends a message and has it acknowledged.
    pub async fn sends(&mut self, client_id: &str, text: &str) -> Value {
        let reply = self.calls("message.send", json!({ "id": client_id, "text": text })).await;
        assert!(reply["data"]["seq"].is_u64(), "not acknowledged: {reply}");
        reply["data"].clone()
    }

    /// Waits for the next publication that fits; others wait for their turn.
    pub async fn sees(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.tells("publication", |event| fits(&event["data"])).await
    }

    /// Waits for the next event of a kind that fits.
    pub async fn tells(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(kind, async || {
            self.reads();
            let place = self.unseen.iter().position(|event| event["event"] == kind && fits(event))?;
            self.unseen.remove(place)
        })
        .await
    }

    /// Everything told and not yet looked at.
    pub fn unseen(&mut self) -> Vec<Value> {
        self.reads();
        self.unseen.drain(..).collect()
    }

    fn reads(&mut self) {
        let said = self.said.read();
        let lines = said.lines().skip(self.read).map(|line| serde_json::from_str(line).expect("an event"));
        let before = self.unseen.len();
        self.unseen.extend(lines);
        self.read += self.unseen.len() - before;
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!(
                "--- what the client told ---\n{}{}--- its end ---",
                self.said.read(),
                self.errors.read()
            );
        }
    }
}
