//! What is received: chunks of OpenAI's chat completions, of which every field may be missing.

use aihio_actors::model::StopReason;
use aihio_actors::ports::AnswerFault;
use serde::Deserialize;
use serde_json::Value;

use crate::model_provider::calls::CallPiece;
use crate::model_provider::fault::{message_of, not_understood};
use crate::model_provider::protocol::{Chunk, Said};

/// What follows the last chunk of a stream.
const DONE: &str = "[DONE]";

/// One chunk of a streamed answer, or all of one that is not streamed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Completion {
    model: Option<String>,
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    /// A piece of the answer.
    delta: Option<Content>,
    /// The whole answer, from endpoints that don't stream.
    message: Option<Content>,
    finish_reason: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    content: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

/// A call of a tool, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Call {
    index: Option<u64>,
    id: Option<String>,
    function: Option<Function>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Function {
    name: Option<String>,
    /// JSON as text; some servers send the JSON itself.
    arguments: Option<Value>,
}

impl Call {
    fn piece(self) -> CallPiece {
        let Function { name, arguments } = self.function.unwrap_or_default();
        let arguments = match arguments {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
        };
        CallPiece { index: self.index, id: self.id, name, arguments }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

/// Understands one chunk.
///
/// # Errors
/// [`AnswerFault::Garbled`] for what is none, and the fault that it reports if it does.
pub(in crate::model_provider) fn read(json: &str) -> Result<Chunk, AnswerFault> {
    if json.trim() == DONE {
        return Ok(Chunk::End);
    }
    let completion: Completion = serde_json::from_str(json).map_err(|_| not_understood(json))?;
    match &completion.error {
        Some(error) => Err(reported_fault(error)),
        None => Ok(Chunk::Said(completion.said())),
    }
}

impl Completion {
    fn said(self) -> Said {
        // We ask for no other choice than the first.
        let choice = self.choices.and_then(|choices| choices.into_iter().next()).unwrap_or_default();
        let Content { content, tool_calls } = choice.delta.or(choice.message).unwrap_or_default();
        let usage = self.usage.unwrap_or_default();
        Said {
            text: content.filter(|text| !text.is_empty()),
            calls: tool_calls.into_iter().flatten().map(Call::piece).collect(),
            model: self.model,
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            stop: choice.finish_reason.map(|reason| stop_reason_of(&reason)),
        }
    }
}

fn stop_reason_of(reason: &Value) -> StopReason {
    match reason.as_str() {
        Some("length") => StopReason::Length,
        Some("content_filter") => StopReason::Refusal,
        _ => StopReason::Complete,
    }
}

/// What an error inside of a stream means, by the status that many providers give as its code.
fn reported_fault(error: &Value) -> AnswerFault {
    match error.get("code").or_else(|| error.get("status")).and_then(Value::as_u64) {
        Some(429) => AnswerFault::RateLimited { retry_after: None },
        Some(status @ 400..=499) => AnswerFault::Refused {
            status: u16::try_from(status).unwrap_or(400),
            message: message_of(error).unwrap_or_default(),
        },
        _ => AnswerFault::Unavailable(message_of(error).unwrap_or_else(|| "it reports an error".into())),
    }
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
    fn missing_fields_are_no_fault() {
        for json in [
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":null}"#,
            r#"{"choices":[{}]}"#,
            r#"{"choices":[{"delta":null}]}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":""},"finish_reason":null}],"usage":null,"error":null}"#,
        ] {
            assert_eq!(said(json), Said::default(), "{json}");
        }
        assert_eq!(read(" [DONE]").unwrap(), Chunk::End);
    }

    #[test]
    fn text_end_and_tokens_are_read() {
        let json = r#"{"model":"m","choices":[{"delta":{"content":"Hi"},"finish_reason":"length"}],"usage":{"prompt_tokens":3}}"#;
        let expected = Said {
            text: Some("Hi".into()),
            calls: Vec::new(),
            model: Some("m".into()),
            prompt_tokens: Some(3),
            completion_tokens: None,
            stop: Some(StopReason::Length),
        };
        assert_eq!(said(json), expected);
    }

    #[test]
    fn calls_of_tools_are_read_streamed_and_whole() {
        let begun = said(
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"a","type":"function",
            "function":{"name":"look","arguments":""}}]}}]}"#,
        );
        let expected = CallPiece {
            index: Some(1),
            id: Some("a".into()),
            name: Some("look".into()),
            ..CallPiece::default()
        };
        assert_eq!(begun.calls, [expected]);
        let more =
            said(r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"x"}}]}}]}"#);
        assert_eq!((more.calls[0].arguments.as_str(), &more.calls[0].name), ("{\"x", &None));
        let whole = said(
            r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","function":{"name":"look","arguments":{"x":1}}}]},
            "finish_reason":"tool_calls"}]}"#,
        );
        assert_eq!(
            (whole.calls[0].arguments.as_str(), whole.stop),
            ("{\"x\":1}", Some(StopReason::Complete))
        );
    }

    #[test]
    fn reported_errors_are_faults() {
        let fault = |json| read(json).unwrap_err();
        assert!(matches!(fault(r#"{"error":{"code":429}}"#), AnswerFault::RateLimited { .. }));
        assert!(matches!(
            fault(r#"{"error":{"code":400,"message":"no"}}"#),
            AnswerFault::Refused { status: 400, .. }
        ));
        assert!(matches!(fault(r#"{"error":{"code":"overloaded"}}"#), AnswerFault::Unavailable(_)));
        assert!(
            matches!(fault(r#"{"error":"out of memory"}"#), AnswerFault::Unavailable(m) if m == "out of memory")
        );
        assert!(matches!(fault("<html>"), AnswerFault::Garbled(_)));
    }
}
