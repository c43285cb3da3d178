//! What is sent: the request of OpenAI's chat completions.

use std::num::NonZeroU32;

use aihio_actors::model::Role;
use aihio_actors::ports::AnswerRequest;
use serde::Serialize;

use crate::model_provider::protocol::Asked;

/// A request for a streamed answer.
#[derive(Debug, Serialize)]
pub(in crate::model_provider) struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    // The name that all servers of the protocol know.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<NonZeroU32>,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> Body<'a> {
    /// Puts a request in the protocol's words.
    pub(in crate::model_provider) fn new(request: &'a AnswerRequest, asked: Asked<'a>) -> Self {
        let system = Some(Message { role: "system", content: &request.system });
        let turns = request.turns.iter().map(|turn| Message { role: role(turn.role), content: &turn.text });
        Self {
            model: request.model.as_deref().unwrap_or(asked.model),
            messages: system.into_iter().filter(|message| !message.content.is_empty()).chain(turns).collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            max_tokens: asked.tokens_max,
        }
    }
}

/// People of the team speak for the same side as the chatbot.
const fn role(role: Role) -> &'static str {
    match role {
        Role::Visitor => "user",
        Role::Assistant | Role::Agent => "assistant",
        Role::System => "system",
    }
}

#[cfg(test)]
mod tests {
    use aihio_actors::ports::Turn;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_put_in_the_protocols_words() {
        let turn = |role, text: &str| Turn { role, text: text.into() };
        let mut request = AnswerRequest {
            system: "Be brief.".into(),
            turns: vec![turn(Role::Visitor, "Hi"), turn(Role::Agent, "Hello"), turn(Role::Visitor, "Open?")],
            model: None,
        };
        let asked = Asked { model: "small", tokens_max: None };
        let expected = json!({
            "model": "small",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Hello"},
                {"role": "user", "content": "Open?"}
            ],
            "stream": true,
            "stream_options": {"include_usage": true}
        });
        assert_eq!(serde_json::to_value(Body::new(&request, asked)).unwrap(), expected);
        request.model = Some("large".into());
        let asked = Asked { tokens_max: NonZeroU32::new(9), ..asked };
        let body = serde_json::to_value(Body::new(&request, asked)).unwrap();
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!("large"), &json!(9)));
    }
}
