//! What is received: the events of a streamed message, or a message as a whole. Kinds that are not known are passed
//! over, as the protocol asks of its readers.

use aihio_actors::model::StopReason;
use aihio_actors::ports::AnswerFault;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model_provider::calls::CallPiece;
use crate::model_provider::fault::{message_of, not_understood};
use crate::model_provider::protocol::{Chunk, Said};

/// One event; what it holds depends on its type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    r#type: String,
    /// Of `message_start`.
    message: Option<Head>,
    /// Of `content_block_start` and `content_block_delta`: the block's place.
    index: Option<u64>,
    /// Of `content_block_start`.
    content_block: Option<Block>,
    /// Of `content_block_delta` and `message_delta`.
    delta: Option<Delta>,
    /// Of `message_delta`, and of a whole message.
    usage: Option<Usage>,
    /// Of `error`.
    error: Option<Value>,
    /// Of a whole message.
    content: Vec<Block>,
    model: Option<String>,
    stop_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    model: Option<String>,
    usage: Option<Usage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Delta {
    r#type: String,
    text: Option<String>,
    /// More of a call's arguments.
    partial_json: Option<String>,
    stop_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Block {
    r#type: String,
    text: String,
    id: Option<String>,
    name: Option<String>,
    /// A call's arguments; empty where they follow in pieces.
    input: Map<String, Value>,
}

impl Block {
    /// The call that begins with the block at that place.
    fn call(self, index: Option<u64>) -> Option<CallPiece> {
        let Self { r#type, id, name, input, .. } = self;
        let arguments = if input.is_empty() { String::new() } else { Value::Object(input).to_string() };
        (r#type == "tool_use").then_some(CallPiece { index, id, name, arguments })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Usage {
    /// All that was read, whether it was cached or not.
    fn prompt(&self) -> Option<u64> {
        let cached =
            self.cache_creation_input_tokens.unwrap_or(0) + self.cache_read_input_tokens.unwrap_or(0);
        self.input_tokens.map(|read| read + cached)
    }
}

/// Understands one event.
///
/// # Errors
/// [`AnswerFault::Garbled`] for what is none, and the fault that it reports if it does.
pub(in crate::model_provider) fn read(json: &str) -> Result<Chunk, AnswerFault> {
    let event: Event = serde_json::from_str(json).map_err(|_| not_understood(json))?;
    match event.r#type.as_str() {
        "message_stop" => Ok(Chunk::End),
        "error" => Err(reported_fault(event.error.as_ref())),
        "" => Err(not_understood(json)),
        _ => Ok(Chunk::Said(event.said())),
    }
}

impl Event {
    fn said(self) -> Said {
        let Self { message, index, content_block, delta, usage, content, model, stop_reason, .. } = self;
        let head = message.unwrap_or_default();
        let usage = usage.or(head.usage).unwrap_or_default();
        let whole: String =
            content.iter().filter(|block| block.r#type == "text").map(|block| block.text.as_str()).collect();
        let mut delta = delta.unwrap_or_default();
        let begun = content_block.and_then(|block| block.call(index));
        let more = delta.partial_json.take().filter(|_| delta.r#type == "input_json_delta");
        let more = more.map(|arguments| CallPiece { index, arguments, ..CallPiece::default() });
        let wholes = (0..).zip(content).filter_map(|(nth, block)| block.call(Some(nth)));
        // Blocks of other kinds, such as a model's thoughts, are no part of the answer.
        let piece = delta.text.filter(|_| delta.r#type == "text_delta");
        Said {
            text: piece.or(Some(whole)).filter(|text| !text.is_empty()),
            calls: begun.into_iter().chain(more).chain(wholes).collect(),
            model: head.model.or(model),
            prompt_tokens: usage.prompt(),
            completion_tokens: usage.output_tokens,
            stop: delta.stop_reason.or(stop_reason).map(|reason| stop_reason_of(&reason)),
        }
    }
}

fn stop_reason_of(reason: &str) -> StopReason {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => StopReason::Length,
        "refusal" => StopReason::Refusal,
        _ => StopReason::Complete,
    }
}

/// What an error inside of a stream means, by its type.
fn reported_fault(error: Option<&Value>) -> AnswerFault {
    let message = error.and_then(message_of).unwrap_or_else(|| "it reports an error".into());
    let status = match error.and_then(|error| error.get("type")?.as_str()) {
        Some("rate_limit_error") => return AnswerFault::RateLimited { retry_after: None },
        Some("invalid_request_error") => 400,
        Some("authentication_error") => 401,
        Some("permission_error") => 403,
        Some("not_found_error") => 404,
        Some("request_too_large") => 413,
        // `overloaded_error`, `api_error`, `timeout_error` and what may come.
        _ => return AnswerFault::Unavailable(message),
    };
    AnswerFault::Refused { status, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Said {
        match read(json).unwrap() {
            Chunk::Said(said) => said,
            Chunk::End => panic!("{json} is the end"),
        }
    }

    #[test]
    fn the_events_of_an_answer_are_understood() {
        let begun = said(
            r#"{"type":"message_start","message":{"id":"m","role":"assistant","model":"m-1","content":[],
            "usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":1}}}"#,
        );
        assert_eq!((begun.model.as_deref(), begun.prompt_tokens, begun.text), (Some("m-1"), Some(25), None));
        let piece =
            said(r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#);
        assert_eq!(piece, Said { text: Some("Hi".into()), ..Said::default() });
        let ends = said(
            r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}}"#,
        );
        assert_eq!(
            (ends.prompt_tokens, ends.completion_tokens, ends.stop),
            (None, Some(7), Some(StopReason::Length))
        );
        assert_eq!(read(r#"{"type":"message_stop"}"#).unwrap(), Chunk::End);
    }

    #[test]
    fn other_events_say_nothing() {
        for json in [
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"something_new","text":"x"}"#,
        ] {
            assert_eq!(said(json), Said::default(), "{json}");
        }
    }

    #[test]
    fn a_message_as_a_whole_is_an_answer() {
        let whole = said(
            r#"{"type":"message","model":"m-1","content":[{"type":"thinking","thinking":"hm"},
            {"type":"text","text":"Hel"},{"type":"text","text":"lo"}],"stop_reason":"end_turn",
            "usage":{"input_tokens":1,"output_tokens":2}}"#,
        );
        let expected = Said {
            text: Some("Hello".into()),
            calls: Vec::new(),
            model: Some("m-1".into()),
            prompt_tokens: Some(1),
            completion_tokens: Some(2),
            stop: Some(StopReason::Complete),
        };
        assert_eq!(whole, expected);
    }

    #[test]
    fn calls_of_tools_are_read_streamed_and_whole() {
        let begun = said(
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"look","input":{}}}"#,
        );
        let expected = CallPiece {
            index: Some(1),
            id: Some("a".into()),
            name: Some("look".into()),
            ..CallPiece::default()
        };
        assert_eq!(begun.calls, [expected]);
        let more = said(
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x"}}"#,
        );
        assert_eq!(
            more.calls,
            [CallPiece { index: Some(1), arguments: "{\"x".into(), ..CallPiece::default() }]
        );
        let whole = said(
            r#"{"type":"message","content":[{"type":"tool_use","id":"a","name":"look","input":{"x":1}}],
            "stop_reason":"tool_use"}"#,
        );
        assert_eq!(
            (whole.calls[0].arguments.as_str(), whole.stop),
            ("{\"x\":1}", Some(StopReason::Complete))
        );
    }

    #[test]
    fn reported_errors_are_faults() {
        let fault = |kind: &str| {
            read(&format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"Overloaded"}}}}"#))
                .unwrap_err()
        };
        assert!(matches!(fault("rate_limit_error"), AnswerFault::RateLimited { .. }));
        assert!(matches!(fault("overloaded_error"), AnswerFault::Unavailable(m) if m == "Overloaded"));
        assert!(matches!(fault("authentication_error"), AnswerFault::Refused { status: 401, .. }));
        assert!(matches!(fault("invalid_request_error"), AnswerFault::Refused { status: 400, .. }));
        assert!(matches!(read("{}"), Err(AnswerFault::Garbled(_))));
        assert!(matches!(read("<html>"), Err(AnswerFault::Garbled(_))));
    }
}
