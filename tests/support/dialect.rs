//! The words in which the scripted model streams its answers.

use serde_json::{Value, json};

/// Whose protocol it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    OpenAi,
    Anthropic,
}

impl Dialect {
    /// The one that is spoken at a path.
    pub fn of(path: &str) -> Option<Self> {
        if path.ends_with("/chat/completions") {
            return Some(Self::OpenAi);
        }
        path.ends_with("/messages").then_some(Self::Anthropic)
    }

    /// All events of an answer that ends so many times.
    pub fn spoken(self, pieces: &[String], endings: usize) -> Vec<String> {
        let pieces = pieces.iter().map(|piece| self.delta(piece));
        self.beginning().into_iter().chain(pieces).chain(self.ending(endings)).collect()
    }

    fn beginning(self) -> Vec<String> {
        let message = json!({ "id": "msg_scripted", "role": "assistant", "model": "scripted-1", "content": [],
            "usage": { "input_tokens": 11, "output_tokens": 1 } });
        match self {
            Self::OpenAi => Vec::new(),
            Self::Anthropic => vec![
                named(&json!({ "type": "message_start", "message": message })),
                named(&json!({ "type": "content_block_start", "index": 0,
                    "content_block": { "type": "text", "text": "" } })),
                named(&json!({ "type": "ping" })),
            ],
        }
    }

    /// All events of an answer that says something and then calls tools, their arguments in two pieces.
    pub fn calling(self, said: &str, calls: &[(String, Value)]) -> Vec<String> {
        let mut events = self.beginning();
        events.extend((!said.is_empty()).then(|| self.delta(said)));
        for (nth, (name, arguments)) in calls.iter().enumerate() {
            let arguments = arguments.to_string();
            let (head, tail) = arguments.split_at(1);
            events.push(self.call_begins(nth, name));
            events.extend([head, tail].map(|part| self.call_goes_on(nth, part)));
        }
        let ending = self.ending(1).into_iter();
        events.extend(
            ending.map(|event| event.replace("\"stop\"", "\"tool_calls\"").replace("end_turn", "tool_use")),
        );
        events
    }

    fn call_begins(self, nth: usize, name: &str) -> String {
        let id = format!("call_{nth}");
        match self {
            Self::OpenAi => {
                let function = json!({ "name": name, "arguments": "" });
                let call = json!({ "index": nth, "id": id, "type": "function", "function": function });
                completion(&json!([{ "delta": { "tool_calls": [call] }, "index": 0 }]), &Value::Null)
            }
            Self::Anthropic => named(&json!({ "type": "content_block_start", "index": nth + 1,
                "content_block": { "type": "tool_use", "id": id, "name": name, "input": {} } })),
        }
    }

    fn call_goes_on(self, nth: usize, arguments: &str) -> String {
        match self {
            Self::OpenAi => {
                let call = json!({ "index": nth, "function": { "arguments": arguments } });
                completion(&json!([{ "delta": { "tool_calls": [call] }, "index": 0 }]), &Value::Null)
            }
            Self::Anthropic => named(&json!({ "type": "content_block_delta", "index": nth + 1,
                "delta": { "type": "input_json_delta", "partial_json": arguments } })),
        }
    }

    /// An event with more text.
    pub fn delta(self, piece: &str) -> String {
        match self {
            Self::OpenAi => completion(
                &json!([{ "delta": { "content": piece }, "index": 0, "finish_reason": null }]),
                &Value::Null,
            ),
            Self::Anthropic => named(&json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "text_delta", "text": piece } })),
        }
    }

    /// The events that end an answer, the very last one so many times.
    pub fn ending(self, times: usize) -> Vec<String> {
        let (mut events, last) = match self {
            Self::OpenAi => {
                let last = json!([{ "delta": {}, "index": 0, "finish_reason": "stop" }]);
                let usage = json!({ "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18 });
                let events = vec![completion(&last, &Value::Null), completion(&json!([]), &usage)];
                (events, "data: [DONE]\n\n".to_owned())
            }
            Self::Anthropic => {
                let usage = json!({ "output_tokens": 7 });
                let delta = json!({ "stop_reason": "end_turn", "stop_sequence": null });
                let events = vec![
                    named(&json!({ "type": "content_block_stop", "index": 0 })),
                    named(&json!({ "type": "message_delta", "delta": delta, "usage": usage })),
                ];
                (events, named(&json!({ "type": "message_stop" })))
            }
        };
        events.extend(std::iter::repeat_n(last, times));
        events
    }
}

fn named(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}

fn completion(choices: &Value, usage: &Value) -> String {
    let body = json!({ "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1,
        "model": "scripted-1", "choices": choices, "usage": usage });
    format!("data: {body}\n\n")
}
