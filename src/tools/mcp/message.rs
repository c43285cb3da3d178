//! The messages: JSON-RPC 2.0 with the protocol's methods.

use aihio_actors::model::ToolStatus;
use aihio_actors::ports::ToolOutput;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The revision that is asked for.
pub(super) const WANTED_VERSION: &str = "2025-11-25";
/// The revisions whose answers are understood.
const KNOWN_VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
/// The revision without a handshake.
pub(super) const STATELESS_VERSION: &str = "2026-07-28";
/// The longest description that a model is shown, in characters.
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// The longest part of an error that is told.
const ERROR_CHARS_MAX: usize = 300;

/// Why a server did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::tools) enum McpFault {
    /// Out of reach, or an address that may not be called.
    #[error("{0}")]
    Unreachable(String),
    /// The server answers with an error of HTTP.
    #[error("The server answers with status {0}.")]
    Status(reqwest::StatusCode),
    /// The server does not know the session any more.
    #[error("The server has ended the session.")]
    SessionGone,
    /// What came is no message of the protocol.
    #[error("The server's answer is not understood: {0}.")]
    Garbled(&'static str),
    /// The server reports an error.
    #[error("The server reports: {0}")]
    Reported(String),
    /// The server speaks other revisions only.
    #[error("The server speaks revision `{0}` of the protocol, which is not known here.")]
    Version(String),
}

impl McpFault {
    /// Whether it may mean that a server knows no handshake.
    pub(super) fn refuses_handshake(&self) -> bool {
        use reqwest::StatusCode as Code;
        match self {
            Self::Reported(_) => true,
            Self::Status(status) => {
                [Code::BAD_REQUEST, Code::NOT_FOUND, Code::METHOD_NOT_ALLOWED].contains(status)
            }
            _ => false,
        }
    }
}

/// A tool that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tools) struct McpTool {
    pub(in crate::tools) name: String,
    pub(in crate::tools) description: String,
    /// Its arguments, as a JSON Schema of an object.
    pub(in crate::tools) schema: Value,
}

/// A request that is answered.
pub(super) fn request(id: u64, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

/// A message that is not answered.
pub(super) fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

/// What a client says of itself first.
pub(super) fn introduction() -> Value {
    let client = json!({"name": "aihio", "version": env!("CARGO_PKG_VERSION")});
    json!({"protocolVersion": WANTED_VERSION, "capabilities": {}, "clientInfo": client})
}

/// The parameters of a request where there is no handshake: with what it would have said.
pub(super) fn with_introduction(params: &Value) -> Value {
    let mut params = params.clone();
    let Value::Object(client) = introduction() else { return params };
    let said = |key: &str| client.get(key).cloned().unwrap_or_default();
    if let Some(fields) = params.as_object_mut() {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": STATELESS_VERSION,
            "io.modelcontextprotocol/clientInfo": said("clientInfo"),
            "io.modelcontextprotocol/clientCapabilities": said("capabilities"),
        });
        fields.insert("_meta".into(), meta);
    }
    params
}

/// The result in an answer to the request of that id; none where the message is something else, such as news.
///
/// # Errors
/// When the server reports an error.
pub(super) fn result_of(message: &Value, id: u64) -> Option<Result<Value, McpFault>> {
    if message.get("id").and_then(Value::as_u64) != Some(id) {
        return None;
    }
    if let Some(error) = message.get("error") {
        let said = error.get("message").and_then(Value::as_str).unwrap_or("an error without words");
        let said = said.chars().filter(|letter| !letter.is_control()).take(ERROR_CHARS_MAX).collect();
        return Some(Err(McpFault::Reported(said)));
    }
    message.get("result").cloned().map(Ok)
}

/// The revision that a server has chosen.
///
/// # Errors
/// When it is not known.
pub(super) fn version_of(result: &Value) -> Result<String, McpFault> {
    let chosen = result.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
    let known = KNOWN_VERSIONS.into_iter().find(|known| *known == chosen);
    known.map(str::to_owned).ok_or_else(|| McpFault::Version(chosen.chars().take(40).collect()))
}

/// A page of a list of tools, and where it goes on.
pub(super) fn tools_of(result: &Value) -> (Vec<McpTool>, Option<String>) {
    #[derive(Deserialize)]
    struct Listed {
        name: String,
        #[serde(default)]
        description: Option<String>,
        #[serde(default, rename = "inputSchema")]
        schema: Value,
    }
    let listed = result.get("tools").and_then(Value::as_array).into_iter().flatten();
    let tools = listed.filter_map(|tool| Listed::deserialize(tool).ok()).map(|tool| McpTool {
        name: tool.name,
        description: tool.description.unwrap_or_default().chars().take(DESCRIPTION_CHARS_MAX).collect(),
        schema: if tool.schema.is_object() { tool.schema } else { json!({"type": "object"}) },
    });
    let cursor = result.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
    (tools.collect(), cursor)
}

/// The parameters of a call.
pub(super) fn call_of(tool: &str, arguments: Map<String, Value>) -> Value {
    json!({"name": tool, "arguments": arguments})
}

/// What a call has brought, in words for a model.
pub(super) fn output_of(result: &Value) -> ToolOutput {
    if result.get("resultType").is_some_and(|kind| kind == "input_required") {
        let text = "The tool wants to ask something before it goes on, which is not possible here.".into();
        return ToolOutput { status: ToolStatus::Failed, text };
    }
    let is_error = result.get("isError") == Some(&Value::Bool(true));
    let blocks = result.get("content").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<String> = blocks.map(words_of).collect();
    let text = match (words.is_empty(), result.get("structuredContent")) {
        (true, Some(structured)) => structured.to_string(),
        (true, None) => "Done.".into(),
        (false, _) => words.join("\n"),
    };
    ToolOutput { status: if is_error { ToolStatus::Failed } else { ToolStatus::Succeeded }, text }
}

fn words_of(block: &Value) -> String {
    let text = |pointer: &str| block.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    match block.get("type").and_then(Value::as_str) {
        Some("text") => text("/text"),
        Some("resource") if block.pointer("/resource/text").is_some() => text("/resource/text"),
        Some("resource_link") => format!("{} {}", text("/name"), text("/uri")),
        Some(other) => format!("({other}, which can't be shown)"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn answers_are_told_from_news_and_errors() {
        let result = result_of(&json!({"jsonrpc": "2.0", "id": 3, "result": {"a": 1}}), 3);
        assert_eq!(result.unwrap().unwrap(), json!({"a": 1}));
        let error = result_of(&json!({"id": 3, "error": {"code": -32602, "message": "no\nsuch tool"}}), 3);
        assert_eq!(error.unwrap().unwrap_err().to_string(), "The server reports: nosuch tool");
        for other in [
            json!({"id": 4, "result": {}}),
            json!({"method": "notifications/progress", "params": {}}),
            json!({"id": 3, "method": "ping"}),
            json!([]),
        ] {
            assert!(result_of(&other, 3).is_none(), "{other}");
        }
    }

    #[test]
    fn known_revisions_are_spoken_and_no_others() {
        assert_eq!(version_of(&json!({"protocolVersion": "2025-06-18"})).unwrap(), "2025-06-18");
        for wrong in [json!({}), json!({"protocolVersion": "1.0"})] {
            assert!(matches!(version_of(&wrong), Err(McpFault::Version(_))));
        }
    }

    #[test]
    fn lists_go_on_at_their_cursor_and_pass_over_what_is_no_tool() {
        let page = json!({"tools": [
            {"name": "look", "description": "Looks.", "inputSchema": {"type": "object", "required": ["x"]}},
            {"name": "bare"}, {"description": "nameless"}, 7
        ], "nextCursor": "2"});
        let (tools, cursor) = tools_of(&page);
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!((names, cursor.as_deref()), (vec!["look", "bare"], Some("2")));
        assert_eq!(tools[1].schema, json!({"type": "object"}));
    }

    #[test]
    fn results_become_words() {
        let output = output_of(&json!({"content": [
            {"type": "text", "text": "one"},
            {"type": "image", "data": "…", "mimeType": "image/png"},
            {"type": "resource", "resource": {"uri": "a:b", "text": "two"}},
            {"type": "resource_link", "name": "three", "uri": "a:c"}
        ]}));
        assert_eq!(output.text, "one\n(image, which can't be shown)\ntwo\nthree a:c");
        assert_eq!(output.status, ToolStatus::Succeeded);
        let failed = output_of(&json!({"content": [{"type": "text", "text": "no"}], "isError": true}));
        assert_eq!((failed.status, failed.text.as_str()), (ToolStatus::Failed, "no"));
        assert_eq!(output_of(&json!({"content": [], "structuredContent": {"a": 1}})).text, "{\"a\":1}");
        assert_eq!(output_of(&json!({})).text, "Done.");
        assert_eq!(output_of(&json!({"resultType": "input_required"})).status, ToolStatus::Failed);
    }

    proptest! {
        #[test]
        fn any_message_is_survived(text in "\\PC{0,60}", key in "id|result|error|content|tools|type") {
            let message = json!({ key.as_str(): text });
            let _ = (result_of(&message, 1), version_of(&message), tools_of(&message), output_of(&message));
        }
    }
}
