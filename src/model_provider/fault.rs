//! What providers report when they don't answer.

use aihio_actors::ports::AnswerFault;
use serde_json::Value;

/// The longest message of a provider that is passed on, in characters.
const MESSAGE_CHARS_MAX: usize = 300;

/// What a provider says in the body of an error.
pub(super) fn error_message(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said =
        json.as_ref().and_then(|json| json.get("error").and_then(message_of).or_else(|| message_of(json)));
    said.unwrap_or_else(|| shorten(&String::from_utf8_lossy(body)))
}

/// The words of an error, wherever the provider puts them.
pub(super) fn message_of(error: &Value) -> Option<String> {
    let message =
        error.as_str().or_else(|| error.get("message")?.as_str()).or_else(|| error.get("detail")?.as_str());
    message.map(shorten)
}

/// What does not parse, as far as it is worth telling.
pub(super) fn not_understood(json: &str) -> AnswerFault {
    AnswerFault::Garbled(format!("`{}`", shorten(json)))
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_errors_are_found_and_short() {
        assert_eq!(error_message(br#"{"error":{"message":"no such model"}}"#), "no such model");
        assert_eq!(error_message(br#"{"detail":"not found"}"#), "not found");
        assert_eq!(error_message(b"Bad\nGateway"), "BadGateway");
        assert_eq!(error_message(&[b'x'; 1000]).len(), MESSAGE_CHARS_MAX);
    }
}
