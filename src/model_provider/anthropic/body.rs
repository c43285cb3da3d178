//! What is sent: the request of the Messages API.

use std::num::NonZeroU32;

use aihio_actors::model::{Role, ToolStatus};
use aihio_actors::ports::{AnswerRequest, MayCall, ToolDefinition, ToolRound, Turn};
use serde::Serialize;
use serde_json::{Map, Value};

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
    messages: Vec<Message<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    /// Only where tools are offered and may not be called now.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice>,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    input_schema: &'a Value,
}

#[derive(Debug, Serialize)]
struct ToolChoice {
    r#type: &'static str,
}

#[derive(Debug, Serialize, PartialEq)]
struct Message<'a> {
    role: Side,
    content: Content<'a>,
}

#[derive(Debug, Serialize, PartialEq)]
#[serde(untagged)]
enum Content<'a> {
    Text(String),
    Blocks(Vec<Block<'a>>),
}

#[derive(Debug, Serialize, PartialEq)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: Value },
    ToolResult { tool_use_id: &'a str, content: &'a str, is_error: bool },
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
        let rounds = request.tools.rounds.iter().flat_map(messages_of);
        let is_last_word = request.tools.may_call == MayCall::NoMore && !request.tools.offered.is_empty();
        Self {
            model: request.model.as_deref().unwrap_or(asked.model),
            max_tokens: asked.tokens_max.unwrap_or(TOKENS_MAX),
            system: &request.system,
            messages: alternating(&request.turns).into_iter().chain(rounds).collect(),
            stream: true,
            tools: request.tools.offered.iter().map(tool).collect(),
            tool_choice: is_last_word.then_some(ToolChoice { r#type: "none" }),
        }
    }
}

/// The turns as the protocol wants them: the visitor begins, sides alternate, and nobody says nothing.
fn alternating(turns: &[Turn]) -> Vec<Message<'static>> {
    let mut said: Vec<(Side, String)> = Vec::new();
    for turn in turns.iter().filter(|turn| !turn.text.trim().is_empty()) {
        let role = side(turn.role);
        match said.last_mut() {
            Some((last, text)) if *last == role => {
                text.push_str("\n\n");
                text.push_str(&turn.text);
            }
            None if role == Side::Assistant => {}
            _ => said.push((role, turn.text.clone())),
        }
    }
    said.into_iter().map(|(role, text)| Message { role, content: Content::Text(text) }).collect()
}

fn tool(definition: &ToolDefinition) -> Tool<'_> {
    let ToolDefinition { name, description, parameters } = definition;
    Tool { name, description, input_schema: parameters }
}

/// The message that calls, and the one with the results.
fn messages_of(round: &ToolRound) -> [Message<'_>; 2] {
    let said = Some(round.said.as_str()).filter(|said| !said.trim().is_empty());
    let calls = round.calls.iter().map(|(call, _)| Block::ToolUse {
        id: &call.id,
        name: &call.name,
        input: input_of(&call.arguments),
    });
    let results = round.calls.iter().map(|(call, output)| Block::ToolResult {
        tool_use_id: &call.id,
        content: &output.text,
        is_error: output.status != ToolStatus::Succeeded,
    });
    let calling = said.map(|text| Block::Text { text }).into_iter().chain(calls).collect();
    [
        Message { role: Side::Assistant, content: Content::Blocks(calling) },
        Message { role: Side::User, content: Content::Blocks(results.collect()) },
    ]
}

/// The arguments as the protocol wants them back: an object, whatever the model wrote.
fn input_of(arguments: &str) -> Value {
    let read = serde_json::from_str(arguments).ok().filter(Value::is_object);
    read.unwrap_or_else(|| Value::Object(Map::new()))
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
    use aihio_actors::ports::{ToolCall, ToolOutput, ToolUse};
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
        let request =
            AnswerRequest { system: "Be brief.".into(), turns, model: None, tools: ToolUse::default() };
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

    #[test]
    fn tools_calls_and_results_are_put_in_the_protocols_words() {
        let definition = ToolDefinition {
            name: "look".into(),
            description: "Looks.".into(),
            parameters: json!({"type": "object"}),
        };
        let call = |id: &str, arguments: &str| ToolCall {
            id: id.into(),
            name: "look".into(),
            arguments: arguments.into(),
        };
        let output = |status, text: &str| ToolOutput { status, text: text.into() };
        let calls = vec![
            (call("a", "{\"x\":1}"), output(ToolStatus::Succeeded, "seen")),
            (call("b", "{no json"), output(ToolStatus::Rejected, "no")),
        ];
        let rounds = vec![ToolRound { said: "Wait.".into(), calls }];
        let tools = ToolUse { offered: [definition].into(), may_call: MayCall::NoMore, rounds };
        let turns = vec![Turn { role: Role::Visitor, text: "Hi".into() }];
        let request = AnswerRequest { system: String::new(), turns, model: None, tools };
        let body =
            serde_json::to_value(Body::new(&request, Asked { model: "small", tokens_max: None })).unwrap();
        let expected = json!([
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [
                {"type": "text", "text": "Wait."},
                {"type": "tool_use", "id": "a", "name": "look", "input": {"x": 1}},
                {"type": "tool_use", "id": "b", "name": "look", "input": {}}
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "seen", "is_error": false},
                {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": true}
            ]}
        ]);
        assert_eq!(body["messages"], expected);
        assert_eq!(
            body["tools"],
            json!([{"name": "look", "description": "Looks.", "input_schema": {"type": "object"}}])
        );
        assert_eq!(body["tool_choice"], json!({"type": "none"}));
    }
}
