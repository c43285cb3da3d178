//! A client that does not give up: it sends a message until it is acknowledged, under the same id, and comes back
//! whenever its connection ends, as published clients do.

use std::time::Duration;

use serde_json::{Value, json};

use super::patience::within;
use super::server::Server;
use super::wire::{Heard, Wire};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// The client.
#[derive(Debug)]
pub struct Insistent {
    address: String,
    path: String,
    token: String,
    wire: Option<Wire>,
    commands: u64,
}

impl Insistent {
    /// One that will talk to the session of that token at that server.
    pub fn new(server: &Server, chatbot: &str, token: &str) -> Self {
        let path = format!("/v1/chatbots/{chatbot}/socket");
        Self { address: server.address().to_owned(), path, token: token.to_owned(), wire: None, commands: 0 }
    }

    /// Goes on at another server.
    pub fn moves_to(&mut self, server: &Server) {
        server.address().clone_into(&mut self.address);
        self.wire = None;
    }

    /// Sends a message until it is acknowledged, and gives its position.
    pub async fn delivers(&mut self, client_id: &str, text: &str) -> u64 {
        let data = json!({ "id": client_id, "text": text });
        within("an acknowledgement, however often it is asked for", async {
            loop {
                let command = json!({ "rpc": { "method": "message.send", "data": data } });
                if let Some(reply) = self.calls(command).await
                    && let Some(seq) = reply["rpc"]["data"]["seq"].as_u64()
                {
                    return seq;
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
        .await
    }

    /// The reply to a command; none where the connection could not be had or ended before.
    async fn calls(&mut self, command: Value) -> Option<Value> {
        if self.wire.is_none() {
            self.wire = Some(Wire::open(&self.address, &self.path, None).await.ok()?);
            let greeting = json!({ "connect": { "token": self.token } });
            if self.exchanges(greeting).await?["connect"].is_null() {
                self.wire = None;
                return None;
            }
        }
        self.exchanges(command).await
    }

    async fn exchanges(&mut self, mut command: Value) -> Option<Value> {
        self.commands += 1;
        command["id"] = self.commands.into();
        let mut wire = self.wire.take()?;
        if !wire.tries_to_say(&command).await {
            return None;
        }
        loop {
            let Heard::Frame(objects) = wire.hears().await else { return None };
            let reply = objects.into_iter().find(|object| object["id"] == self.commands);
            if reply.is_some() {
                self.wire = Some(wire);
                return reply;
            }
        }
    }
}
