//! What is received: chunks of OpenAI's chat completions, of which every field may be missing.

use aihio_actors::model::Tokens;
use aihio_actors::ports::AnswerFault;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// The longest message of a provider that is passed on, in characters.
const MESSAGE_CHARS_MAX: usize = 300;

/// One chunk of a streamed answer, or all of one that is not streamed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chunk {
    /// The model that answers.
    pub(super) model: Option<String>,
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
    finish_reason: Option<IgnoredAny>,
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

impl Chunk {
    /// Reads a chunk.
    ///
    /// # Errors
    /// [`AnswerFault::Garbled`] for what is none, and the fault that it reports if it does.
    pub(super) fn parse(json: &str) -> Result<Self, AnswerFault> {
        let chunk: Self =
            serde_json::from_str(json).map_err(|_| AnswerFault::Garbled(format!("`{}`", shorten(json))))?;
        match &chunk.error {
            Some(error) => Err(reported_fault(error)),
            None => Ok(chunk),
        }
    }

    /// The text of the first choice; we ask for no other.
    pub(super) fn text(&mut self) -> Option<String> {
        let choice = self.choices.as_mut()?.first_mut()?;
        let content = choice.delta.take().or_else(|| choice.message.take())?.content?;
        (!content.is_empty()).then_some(content)
    }

    /// Whether the answer is said to be complete.
    pub(super) fn is_last(&self) -> bool {
        let choice = self.choices.as_ref().and_then(|choices| choices.first());
        choice.is_some_and(|choice| choice.finish_reason.is_some())
    }

    /// The tokens counted so far, where they are.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        self.usage.as_ref().map(|usage| Tokens {
            prompt: usage.prompt_tokens.unwrap_or(0),
            completion: usage.completion_tokens.unwrap_or(0),
        })
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

/// What a provider says in the body of an error.
pub(super) fn error_message(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said =
        json.as_ref().and_then(|json| json.get("error").and_then(message_of).or_else(|| message_of(json)));
    said.unwrap_or_else(|| shorten(&String::from_utf8_lossy(body)))
}

fn message_of(error: &Value) -> Option<String> {
    let message =
        error.as_str().or_else(|| error.get("message")?.as_str()).or_else(|| error.get("detail")?.as_str());
    message.map(shorten)
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut chunk = Chunk::parse(json).unwrap();
            assert_eq!((chunk.text(), chunk.is_last(), chunk.tokens()), (None, false, None), "{json}");
        }
    }

    #[test]
    fn text_end_and_tokens_are_read() {
        let json = r#"{"model":"m","choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3}}"#;
        let mut chunk = Chunk::parse(json).unwrap();
        assert_eq!(chunk.text().as_deref(), Some("Hi"));
        assert!(chunk.is_last());
        assert_eq!(chunk.tokens(), Some(Tokens { prompt: 3, completion: 0 }));
    }

    #[test]
    fn reported_errors_are_faults() {
        let fault = |json| Chunk::parse(json).unwrap_err();
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

    #[test]
    fn messages_of_errors_are_found_and_short() {
        assert_eq!(error_message(br#"{"error":{"message":"no such model"}}"#), "no such model");
        assert_eq!(error_message(br#"{"detail":"not found"}"#), "not found");
        assert_eq!(error_message(b"Bad\nGateway"), "BadGateway");
        assert_eq!(error_message(&[b'x'; 1000]).len(), MESSAGE_CHARS_MAX);
    }
}
