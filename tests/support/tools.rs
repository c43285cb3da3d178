//! An HTTP interface that tools call, and a chatbot whose model calls them.

use std::sync::{Arc, Mutex, PoisonError};

use ring::hmac;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::api::Api;
use super::server::{Plan, Server};
use super::stub::{Request, Stub, respond};

/// What the chatbot's secret holds. It must be nowhere but in requests to the interface.
pub const SECRET: &str = "sk-tool-8d1f0c77";

/// Orders of a shop. It says back what it was sent, as careless interfaces do.
#[derive(Debug)]
pub struct Orders {
    stub: Stub,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    given_up: usize,
}

impl Orders {
    /// Opens.
    pub async fn open() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let stub = Stub::serve(move |request, mut stream| {
            let seen = Arc::clone(&shared);
            async move {
                lock(&seen).requests.push(request.clone());
                let json = "content-type: application/json\r\n";
                match request.path.as_str() {
                    "/orders/slow" => {
                        // Whoever asks is gone when nothing more can be read.
                        let _ = stream.read(&mut [0; 16]).await;
                        lock(&seen).given_up += 1;
                    }
                    "/orders/moved" => {
                        respond(&mut stream, "302 Found", "location: /orders/7\r\n", "").await;
                    }
                    "/orders/unknown" => {
                        respond(&mut stream, "404 Not Found", json, "{\"error\":\"no such order\"}").await;
                    }
                    _ => {
                        let told = json!({ "state": "on its way", "you_sent": request.head }).to_string();
                        respond(&mut stream, "200 OK", json, &told).await;
                    }
                }
            }
        });
        Self { stub: stub.await, seen }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.stub.address()
    }

    /// Everything that was sent to it.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.seen).requests.clone()
    }

    /// How many requests ended before they were answered.
    pub fn given_up(&self) -> usize {
        lock(&self.seen).given_up
    }

    /// A server that may reach it, although it is on this machine.
    pub fn reachable_from(&self, plan: Plan) -> Plan {
        plan.with("AIHIO__CRAWLER__ALLOW_PRIVATE", self.address())
    }

    /// The source by which a chatbot's model may look at orders, and do nothing else.
    pub fn source(&self) -> Value {
        let order = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });
        let document = json!({
            "openapi": "3.1.0",
            "servers": [{ "url": format!("http://{}", self.address()) }],
            "paths": { "/orders/{id}": {
                "parameters": [order],
                "get": { "operationId": "getOrder", "summary": "Shows an order." },
                "delete": { "operationId": "cancelOrder", "summary": "Cancels an order." }
            } }
        });
        let fixed = json!([{ "name": "Authorization", "value": "Bearer ", "secret": "shop_token" }]);
        json!({ "kind": "openapi", "name": "shop", "document": document, "operations": ["getOrder"],
            "headers": { "fixed": fixed, "visitor": "X-Visitor" } })
    }
}

/// Makes a chatbot of `provider`'s with this source of tools, and its secret.
pub async fn equipped(owner: &Api, provider: &str, source: Value) -> String {
    let chatbot = owner.model_chatbot(provider).await;
    let secret = format!("/v1/chatbots/{chatbot}/secrets/shop_token");
    owner.put(&secret, json!({ "value": SECRET })).await.expect(204);
    owner.change(&chatbot, json!({ "tools": { "sources": [source] } })).await;
    chatbot
}

/// The token of a session of the visitor `customer-17`, signed as its site would sign it.
pub async fn member(server: &Server, owner: &Api, chatbot: &str) -> String {
    let shown = owner.get(&format!("/v1/chatbots/{chatbot}")).await.expect(200);
    let secret = shown["identity"]["secret"].as_str().expect("an identity secret");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, b"customer-17");
    let hash: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let visitor = json!({ "visitor": { "id": "customer-17", "hash": hash } });
    let opened = server.anyone().post(&format!("/v1/chatbots/{chatbot}/sessions"), visitor).await.expect(201);
    opened["token"].as_str().expect("a token").to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
