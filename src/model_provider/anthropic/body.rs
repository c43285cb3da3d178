//! What is sent: the request of the Messages API.

use std::num::NonZeroU32;

use aihio_actors::model::Role;
use aihio_actors::ports::{AnswerRequest, Turn};
use serde::Serialize;

use crate::model_provider::protocol::Asked;

/// The most tokens of an answer where the operator sets no other limit: the protocol wants one.
const TOKENS_MAX: NonZeroU32 = NonZeroU32::new(4_096).expect("4096 is not zero");

/// A request for a streamed answer.
#[derive(Debug, Serialize)]
pub(in crate::model_provider) struct Body<'a> {
    model: &'a str,
    max_tokens: NonZeroU32,
    #[serde(skip_serializing_if = "str::is_empty")]
    system: &'a str,
    messages: Vec<Message>,
    stream: bool,
}

#[derive(Debug, Serialize, PartialEq)]
struct Message {
    role: Side,
    content: String,
}

#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Side {
    User,
    Assistant,
}

impl<'a> Body<'a> {
    /// Puts a request in the protocol's words.
    pub(in crate::model_provider) fn new(request: &'a AnswerRequest, asked: Asked<'a>) -> Self {
        Self {
            model: request.model.as_deref().unwrap_or(asked.model),
            max_tokens: asked.tokens_max.unwrap_or(TOKENS_MAX),
            system: &request.system,
            messages: alternating(&request.turns),
            stream: true,
        }
    }
}

/// The turns as the protocol wants them: the visitor begins, sides alternate, and nobody says nothing.
fn alternating(turns: &[Turn]) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for turn in turns.iter().filter(|turn| !turn.text.trim().is_empty()) {
        let role = side(turn.role);
        match messages.last_mut() {
            Some(last) if last.role == role => {
                last.content.push_str("\n\n");
                last.content.push_str(&turn.text);
            }
            None if role == Side::Assistant => {}
            _ => messages.push(Message { role, content: turn.text.clone() }),
        }
    }
    messages
}

/// People of the team speak for the same side as the chatbot.
const fn side(role: Role) -> Side {
    match role {
        Role::Visitor => Side::User,
        Role::Assistant | Role::Agent | Role::System => Side::Assistant,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_put_in_the_protocols_words() {
        let turn = |role, text: &str| Turn { role, text: text.into() };
        let turns = vec![
            turn(Role::Assistant, "Welcome."),
            turn(Role::Visitor, "Hi"),
            turn(Role::Visitor, "Anybody?"),
            turn(Role::Agent, "Hello"),
            turn(Role::Assistant, " "),
            turn(Role::Visitor, "Open?"),
        ];
        let request = AnswerRequest { system: "Be brief.".into(), turns, model: None };
        let asked = Asked { model: "small", tokens_max: None };
        let expected = json!({
            "model": "small",
            "max_tokens": 4096,
            "system": "Be brief.",
            "messages": [
                {"role": "user", "content": "Hi\n\nAnybody?"},
                {"role": "assistant", "content": "Hello"},
                {"role": "user", "content": "Open?"}
            ],
            "stream": true
        });
        assert_eq!(serde_json::to_value(Body::new(&request, asked)).unwrap(), expected);
        let other = AnswerRequest { system: String::new(), model: Some("large".into()), ..request };
        let asked = Asked { model: "small", tokens_max: NonZeroU32::new(9) };
        let body = serde_json::to_value(Body::new(&other, asked)).unwrap();
        assert_eq!(
            (&body["model"], &body["max_tokens"], body.get("system")),
            (&json!("large"), &json!(9), None)
        );
    }
}
