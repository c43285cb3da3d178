//! What is received: chunks of OpenAI's chat completions, of which every field may be missing.

use aihio_actors::model::StopReason;
use aihio_actors::ports::AnswerFault;
use serde::Deserialize;
use serde_json::Value;

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
        let content = choice.delta.or(choice.message).and_then(|content| content.content);
        let usage = self.usage.unwrap_or_default();
        Said {
            text: content.filter(|text| !text.is_empty()),
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
            model: Some("m".into()),
            prompt_tokens: Some(3),
            completion_tokens: None,
            stop: Some(StopReason::Length),
        };
        assert_eq!(said(json), expected);
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
