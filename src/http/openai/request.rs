//! A chat completion, as clients ask for it.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// A question in OpenAI's form. Other fields, such as `temperature`, are taken and not used.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChatCompletionRequest {
    /// The slug of a chatbot.
    pub(super) model: String,
    /// The conversation; the last message of role `user` is the question.
    pub(super) messages: Vec<ChatMessage>,
    /// Whether the answer comes in chunks.
    #[serde(default)]
    pub(super) stream: bool,
    /// What else the stream holds.
    pub(super) stream_options: Option<StreamOptions>,
}

/// What else a stream holds.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub(super) struct StreamOptions {
    /// Whether a last chunk tells the tokens.
    #[serde(default)]
    pub(super) include_usage: bool,
}

/// One message.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChatMessage {
    /// `user`, `assistant`, `system` or another of OpenAI's.
    role: String,
    /// The words.
    content: Option<Content>,
}

/// Text, as a whole or in parts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Content {
    /// As a whole.
    Text(String),
    /// In parts; those that are not text are not used.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Part {
    /// `text` or another of OpenAI's.
    r#type: String,
    /// The words, of a text.
    text: Option<String>,
}

impl ChatCompletionRequest {
    /// The last thing that the user said.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn question(&self) -> Result<String, ApiError> {
        let said = self.messages.iter().rev().find(|message| message.role == "user");
        said.and_then(|message| message.content.as_ref())
            .map(Content::text)
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| {
                ApiError::invalid_field("messages", "Send a message of role `user` with some text.")
            })
    }

    /// Whether the stream tells the tokens.
    pub(super) fn tells_usage(&self) -> bool {
        self.stream_options.unwrap_or_default().include_usage
    }
}

impl Content {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => {
                let texts: Vec<&str> = parts
                    .iter()
                    .filter(|part| part.r#type == "text")
                    .filter_map(|part| part.text.as_deref())
                    .collect();
                texts.join("\n")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn question(messages: &serde_json::Value) -> Option<String> {
        let body = json!({"model": "guide", "messages": messages, "temperature": 0.2, "tools": []});
        serde_json::from_value::<ChatCompletionRequest>(body).unwrap().question().ok()
    }

    #[test]
    fn the_last_user_message_is_the_question() {
        let messages = json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "First?"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "Second?"},
        ]);
        assert_eq!(question(&messages).as_deref(), Some("Second?"));
    }

    #[test]
    fn parts_of_text_are_joined_and_pictures_left_out() {
        let parts = json!([{"type": "text", "text": "What is"}, {"type": "image_url", "image_url": {"url": "x"}},
            {"type": "text", "text": "this?"}]);
        assert_eq!(question(&json!([{"role": "user", "content": parts}])).as_deref(), Some("What is\nthis?"));
    }

    #[test]
    fn without_a_question_there_is_no_answer() {
        assert_eq!(question(&json!([{"role": "system", "content": "Hi"}])), None);
        assert_eq!(question(&json!([{"role": "user", "content": null}])), None);
        assert_eq!(question(&json!([])), None);
    }
}
