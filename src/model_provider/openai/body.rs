//! What is sent: the request of OpenAI's chat completions.

use std::num::NonZeroU32;

use aihio_actors::model::Role;
use aihio_actors::ports::{AnswerRequest, MayCall, ToolCall, ToolDefinition, ToolRound};
use serde::Serialize;
use serde_json::Value;

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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    /// Only where tools are offered and may not be called now.
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'static str,
    /// Null in a message that only calls.
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

impl<'a> Message<'a> {
    const fn saying(role: &'static str, content: &'a str) -> Self {
        Self { role, content: Some(content), tool_calls: Vec::new(), tool_call_id: None }
    }
}

/// A tool, or a call of one: both are functions here.
#[derive(Debug, Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Definition<'a>,
}

#[derive(Debug, Serialize)]
struct Definition<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

#[derive(Debug, Serialize)]
struct Call<'a> {
    id: &'a str,
    r#type: &'static str,
    function: Arguments<'a>,
}

#[derive(Debug, Serialize)]
struct Arguments<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> Body<'a> {
    /// Puts a request in the protocol's words.
    pub(in crate::model_provider) fn new(request: &'a AnswerRequest, asked: Asked<'a>) -> Self {
        let system = Some(request.system.as_str()).filter(|system| !system.is_empty());
        let system = system.map(|system| Message::saying("system", system));
        let turns = request.turns.iter().map(|turn| Message::saying(role(turn.role), &turn.text));
        let rounds = request.tools.rounds.iter().flat_map(messages_of);
        let is_last_word = request.tools.may_call == MayCall::NoMore && !request.tools.offered.is_empty();
        Self {
            model: request.model.as_deref().unwrap_or(asked.model),
            messages: system.into_iter().chain(turns).chain(rounds).collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            max_tokens: asked.tokens_max,
            tools: request.tools.offered.iter().map(tool).collect(),
            tool_choice: is_last_word.then_some("none"),
        }
    }
}

fn tool(definition: &ToolDefinition) -> Tool<'_> {
    let ToolDefinition { name, description, parameters } = definition;
    Tool { r#type: "function", function: Definition { name, description, parameters } }
}

/// The message that calls, and one for each result.
fn messages_of(round: &ToolRound) -> impl Iterator<Item = Message<'_>> {
    let calling = Message {
        content: Some(round.said.as_str()).filter(|said| !said.is_empty()),
        tool_calls: round.calls.iter().map(|(call, _)| call_of(call)).collect(),
        ..Message::saying("assistant", "")
    };
    let results = round.calls.iter().map(|(call, output)| Message {
        tool_call_id: Some(&call.id),
        ..Message::saying("tool", &output.text)
    });
    std::iter::once(calling).chain(results)
}

fn call_of(call: &ToolCall) -> Call<'_> {
    let function = Arguments { name: &call.name, arguments: &call.arguments };
    Call { id: &call.id, r#type: "function", function }
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
    use aihio_actors::model::ToolStatus;
    use aihio_actors::ports::{ToolOutput, ToolUse, Turn};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_put_in_the_protocols_words() {
        let turn = |role, text: &str| Turn { role, text: text.into() };
        let mut request = AnswerRequest {
            system: "Be brief.".into(),
            turns: vec![turn(Role::Visitor, "Hi"), turn(Role::Agent, "Hello"), turn(Role::Visitor, "Open?")],
            model: None,
            tools: ToolUse::default(),
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

    #[test]
    fn tools_calls_and_results_are_put_in_the_protocols_words() {
        let definition = ToolDefinition {
            name: "look".into(),
            description: "Looks.".into(),
            parameters: json!({"type": "object"}),
        };
        let call = ToolCall { id: "a".into(), name: "look".into(), arguments: "{\"x\":1}".into() };
        let output = ToolOutput { status: ToolStatus::Succeeded, text: "seen".into() };
        let round = ToolRound { said: String::new(), calls: vec![(call, output)] };
        let tools = ToolUse { offered: [definition].into(), may_call: MayCall::NoMore, rounds: vec![round] };
        let request = AnswerRequest { system: String::new(), turns: Vec::new(), model: None, tools };
        let body =
            serde_json::to_value(Body::new(&request, Asked { model: "small", tokens_max: None })).unwrap();
        let function = json!({"name": "look", "arguments": "{\"x\":1}"});
        let expected = json!([
            {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": function}]},
            {"role": "tool", "content": "seen", "tool_call_id": "a"}
        ]);
        assert_eq!(body["messages"], expected);
        let function = json!({"name": "look", "description": "Looks.", "parameters": {"type": "object"}});
        assert_eq!(body["tools"], json!([{"type": "function", "function": function}]));
        assert_eq!(body["tool_choice"], "none");
    }
}
