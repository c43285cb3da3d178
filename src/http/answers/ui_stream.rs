//! An answer as a UI message stream (AI SDK, version 1): one JSON part an event, `[DONE]` at the end.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use aihio_actors::model::{MessageId, Phase};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};

use super::{Exchange, Outcome, Step};
use crate::http::sessions::Message;
use crate::http::sse;

const VERSION: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// The response that streams an exchange. `token` lets the asker go on with the conversation, where nothing else does.
pub(super) fn response(exchange: Exchange, token: Option<String>) -> HttpResponse {
    let mut metadata = json!({"session_id": exchange.session.id(), "seq": exchange.seq});
    if let (Some(token), Some(fields)) = (token, metadata.as_object_mut()) {
        fields.insert("token".into(), token.into());
    }
    let mut response = sse::response(events(exchange, metadata));
    response.headers_mut().insert(VERSION, HeaderValue::from_static("v1"));
    response
}

fn events(exchange: Exchange, metadata: Value) -> impl Stream<Item = Bytes> {
    let state = Some((exchange, Parts::new(metadata)));
    stream::unfold(state, |state| async move {
        let (mut exchange, mut parts) = state?;
        let (written, last) = match exchange.next().await {
            Ok(step) => {
                let last = matches!(step, Step::Ends(_));
                (parts.of(step), last)
            }
            Err(error) => (vec![json!({"type": "error", "errorText": error.detail})], true),
        };
        let mut bytes: Vec<Bytes> = written.iter().map(sse::data).collect();
        if last {
            bytes.push(sse::done());
        }
        let next = (!last).then_some((exchange, parts));
        Some((stream::iter(bytes), next))
    })
    .flatten()
}

/// Turns steps into parts, and knows which parts are open.
struct Parts {
    metadata: Value,
    begun: Option<MessageId>,
}

impl Parts {
    const fn new(metadata: Value) -> Self {
        Self { metadata, begun: None }
    }

    fn of(&mut self, step: Step) -> Vec<Value> {
        match step {
            Step::Begins(id) => self.begin(id),
            Step::Text(text) => {
                self.begun.iter().map(|id| json!({"type": "text-delta", "id": id, "delta": text})).collect()
            }
            Step::Ends(Outcome::Whole(message)) => self.end(&message),
            Step::Ends(Outcome::LeftTo(phase)) => self.leave(phase),
        }
    }

    fn begin(&mut self, id: MessageId) -> Vec<Value> {
        self.begun = Some(id);
        vec![
            json!({"type": "start", "messageId": id, "messageMetadata": self.metadata}),
            json!({"type": "text-start", "id": id}),
        ]
    }

    fn end(&mut self, message: &Message) -> Vec<Value> {
        let mut parts = vec![json!({"type": "text-end", "id": message.message_id})];
        for citation in &message.citations {
            if let Some(url) = &citation.url {
                let (id, title) = (citation.source_id, &citation.title);
                parts.push(json!({"type": "source-url", "sourceId": id, "url": url, "title": title}));
            }
            parts.push(json!({"type": "data-citation", "id": citation.n.to_string(), "data": citation}));
        }
        parts.push(json!({"type": "finish"}));
        parts
    }

    /// A message without text that says who will answer.
    fn leave(&mut self, phase: Phase) -> Vec<Value> {
        let mut parts = Vec::new();
        match self.begun {
            Some(id) => parts.push(json!({"type": "text-end", "id": id})),
            None => parts.push(json!({"type": "start", "messageMetadata": self.metadata})),
        }
        parts.push(json!({"type": "data-state", "data": {"state": phase}}));
        parts.push(json!({"type": "finish"}));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aihio_actors::model::{self as engine, Event, EventBody, Role, Seq, SourceId, Timestamp};
    use uuid::Uuid;

    fn answer() -> Message {
        let citation = engine::Citation {
            n: 1,
            source_id: SourceId::from_uuid(Uuid::from_u128(9)),
            document_id: None,
            title: "Terms".into(),
            url: Some("https://shop.example/terms".into()),
            quote: "two years".into(),
        };
        let body = engine::Message {
            message_id: MessageId::from_uuid(Uuid::from_u128(1)),
            client_id: None,
            role: Role::Assistant,
            text: "Two years.".into(),
            reply_to: None,
            citations: vec![citation],
        };
        Message::of(Event { seq: Seq(2), at: Timestamp::UNIX_EPOCH, body: EventBody::Message(body) }).unwrap()
    }

    fn types(parts: &[Value]) -> Vec<&str> {
        parts.iter().map(|part| part["type"].as_str().unwrap()).collect()
    }

    #[test]
    fn an_answer_is_told_in_the_order_that_clients_expect() {
        let mut parts = Parts::new(json!({"seq": 1}));
        let message = answer();
        let mut told = parts.of(Step::Begins(message.message_id));
        told.extend(parts.of(Step::Text("Two years.".into())));
        told.extend(parts.of(Step::Ends(Outcome::Whole(Box::new(message)))));
        let expected =
            ["start", "text-start", "text-delta", "text-end", "source-url", "data-citation", "finish"];
        assert_eq!(types(&told), expected);
        assert_eq!(told[2]["delta"], "Two years.");
        assert_eq!(told[5]["data"]["quote"], "two years");
        assert_eq!(told[1]["id"], told[3]["id"]);
    }

    #[test]
    fn a_conversation_that_is_taken_over_ends_without_an_answer() {
        let mut parts = Parts::new(json!({}));
        let told = parts.of(Step::Ends(Outcome::LeftTo(Phase::Agent)));
        assert_eq!(types(&told), ["start", "data-state", "finish"]);
        assert_eq!(told[1]["data"]["state"], "agent");
    }
}
