//! The way for networks without WebSocket: server-sent events down, POST up.

use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::patience::within;
use crate::support::server::Server;

#[tokio::test]
async fn events_carry_the_same_publications_as_the_socket() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let visitor = server.anyone().bearing(&token);
    let mut events = Events::open(&visitor, &chatbot, None).await;
    let said = visitor
        .post(&format!("/v1/chatbots/{chatbot}/messages"), json!({ "text": "hello", "id": "a" }))
        .await;
    let said = said.expect(200);
    assert_eq!((&said["seq"], &said["message"]["text"]), (&json!(1), &json!("hello")));

    let (first, own) = events.durable().await;
    let (second, answer) = events.durable().await;
    assert_eq!((&own["role"], &own["client_id"]), (&json!("visitor"), &json!("a")));
    assert_eq!((&answer["role"], &answer["text"]), (&json!("assistant"), &json!("hello")));
    let (epoch, offset) = first.split_once(':').expect("epoch:offset");
    assert_eq!(offset, "1");
    assert_eq!(second, format!("{epoch}:2"));
}

#[tokio::test]
async fn after_a_cut_they_go_on_where_they_ended() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let visitor = server.anyone().bearing(&token);
    let mut events = Events::open(&visitor, &chatbot, None).await;
    let path = format!("/v1/chatbots/{chatbot}/messages");
    visitor.post(&path, json!({ "text": "one" })).await.expect(200);
    let (first, _) = events.durable().await;
    drop(events);
    visitor.post(&path, json!({ "text": "two" })).await.expect(200);

    let mut events = Events::open(&visitor, &chatbot, Some(&first)).await;
    let mut texts = Vec::new();
    for _ in 0..3 {
        texts.push(events.durable().await.1["text"].clone());
    }
    assert_eq!(texts, ["one", "two", "two"]);
}

#[tokio::test]
async fn nobody_listens_with_a_token_that_proves_nothing_here() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (here, elsewhere) = (owner.echo_chatbot().await, owner.echo_chatbot().await);
    let (_, token) = server.anyone().session(&elsewhere).await;
    let path = format!("/v1/chatbots/{here}/events");
    for token in ["nonsense", &token] {
        let request = server.anyone().bearing(token).request(reqwest::Method::GET, &path);
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 404), "{status}");
    }
}

/// An open stream of server-sent events.
struct Events {
    bytes: futures_util::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Events {
    async fn open(visitor: &Api, chatbot: &str, last_event_id: Option<&str>) -> Self {
        let mut request = visitor.request(reqwest::Method::GET, &format!("/v1/chatbots/{chatbot}/events"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        Self { bytes: response.bytes_stream().boxed(), text: String::new() }
    }

    /// The next event that has an id, with it.
    async fn durable(&mut self) -> (String, Value) {
        loop {
            let event = self.next().await;
            let field = |name: &str| {
                event
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .map(|value| value.trim_start().to_owned())
            };
            if let (Some(id), Some(data)) = (field("id:"), field("data:")) {
                return (id, serde_json::from_str(&data).expect("JSON"));
            }
        }
    }

    async fn next(&mut self) -> String {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                return event;
            }
            let more = within("an event", self.bytes.next()).await.expect("the stream goes on").unwrap();
            self.text.push_str(std::str::from_utf8(&more).unwrap());
        }
    }
}
