//! A chat completion and its chunks, in OpenAI's form.

use aihio_actors::model::{MessageId, Timestamp, Tokens};
use serde_json::{Value, json};

/// What every chunk of one completion repeats.
#[derive(Debug, Clone)]
pub(super) struct Completion {
    /// The id of the answer.
    pub(super) id: String,
    /// The model that was asked for.
    pub(super) model: String,
    /// When, in seconds since 1970.
    pub(super) created: i64,
    /// Whether a last chunk tells the tokens, and so every other says that it doesn't.
    pub(super) usage: UsageChunk,
}

/// Whether a last chunk tells the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UsageChunk {
    /// It does.
    Told,
    /// It does not.
    Untold,
}

impl Completion {
    /// A completion that is being written.
    pub(super) fn new(model: String, now: Timestamp, usage: UsageChunk) -> Self {
        Self { id: String::new(), model, created: now.timestamp(), usage }
    }

    /// Takes the id of the answer.
    pub(super) fn name(&mut self, id: MessageId) {
        self.id = format!("chatcmpl-{id}");
    }

    /// The chunk that begins the answer.
    pub(super) fn first(&self) -> Value {
        self.chunk(&json!({"role": "assistant", "content": ""}), None)
    }

    /// A chunk with more text.
    pub(super) fn text(&self, text: &str) -> Value {
        self.chunk(&json!({"content": text}), None)
    }

    /// The chunk that ends the answer.
    pub(super) fn last(&self) -> Value {
        self.chunk(&json!({}), Some("stop"))
    }

    /// The chunk that tells the tokens.
    pub(super) fn tokens(&self, tokens: Tokens) -> Value {
        self.object("chat.completion.chunk", json!([]), Some(usage(tokens)))
    }

    /// The completion as a whole.
    pub(super) fn whole(&self, text: &str, tokens: Tokens) -> Value {
        let message = json!({"role": "assistant", "content": text, "refusal": null});
        let choices = json!([{"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"}]);
        self.object("chat.completion", choices, Some(usage(tokens)))
    }

    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Value {
        let choices = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}]);
        let usage = (self.usage == UsageChunk::Told).then_some(Value::Null);
        self.object("chat.completion.chunk", choices, usage)
    }

    fn object(&self, object: &str, choices: Value, usage: Option<Value>) -> Value {
        let head = [("id", json!(self.id)), ("object", json!(object)), ("created", json!(self.created))];
        let body = [("model", json!(self.model)), ("choices", choices)];
        let fields = head.into_iter().chain(body).chain(usage.map(|usage| ("usage", usage)));
        Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

fn usage(tokens: Tokens) -> Value {
    let Tokens { prompt, completion } = tokens;
    let total = prompt.saturating_add(completion);
    json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completion(usage: UsageChunk) -> Completion {
        let mut completion = Completion::new("guide".into(), Timestamp::UNIX_EPOCH, usage);
        completion.name(MessageId::from_uuid(uuid::Uuid::nil()));
        completion
    }

    #[test]
    fn chunks_say_role_then_text_then_stop() {
        let completion = completion(UsageChunk::Untold);
        assert_eq!(completion.first()["choices"][0]["delta"]["role"], "assistant");
        assert_eq!(completion.text("Hi")["choices"][0]["delta"]["content"], "Hi");
        assert_eq!(completion.last()["choices"][0]["finish_reason"], "stop");
        assert!(completion.last().get("usage").is_none());
        assert_eq!(completion.first()["id"], completion.last()["id"]);
    }

    #[test]
    fn usage_is_null_until_the_last_chunk_where_it_is_told() {
        let completion = completion(UsageChunk::Told);
        assert_eq!(completion.text("Hi")["usage"], Value::Null);
        assert!(completion.text("Hi").as_object().unwrap().contains_key("usage"));
        let last = completion.tokens(Tokens { prompt: 3, completion: 4 });
        assert_eq!(last["usage"]["total_tokens"], 7);
        assert_eq!(last["choices"], json!([]));
    }
}
