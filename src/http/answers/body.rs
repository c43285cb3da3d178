//! A question, in our own form or in that of the AI SDK's chat transport.

use aihio_actors::model::{ClientId, SessionId};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::ApiError;

/// A question.
#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum AskBody {
    /// In our own form.
    Plain(Ask),
    /// As the chat transport of the AI SDK sends it.
    Chat(ChatAsk),
}

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    /// The words.
    #[schema(min_length = 1)]
    pub(super) text: String,
    /// The conversation to go on with; a new one when left out.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(super) session_id: Option<SessionId>,
    /// The asker's own id of the question, unique in the conversation: sending it again asks nothing and gives
    /// the first answer.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub(super) id: Option<ClientId>,
}

/// A conversation as the chat transport of the AI SDK sends it. Its last message of role `user` is the question; the
/// conversation is the one that an earlier answer names in its metadata. Other fields are taken and not used.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChatAsk {
    /// All messages so far, oldest first.
    messages: Vec<ChatMessage>,
    /// `submit-message`, or `regenerate-message` to have the last question asked anew.
    trigger: Option<String>,
}

/// A message of the AI SDK's user interface.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChatMessage {
    /// The client's own id of it.
    id: Option<String>,
    /// `user`, `assistant` or `system`.
    role: String,
    /// Its parts; those that are no text are not used.
    #[serde(default)]
    parts: Vec<ChatPart>,
    /// What came with an answer.
    metadata: Option<ChatMetadata>,
}

/// A part of a message.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChatPart {
    /// `text` or another of the AI SDK's.
    r#type: String,
    /// The words, of a text.
    text: Option<String>,
}

/// What an answer's stream says of its conversation.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ChatMetadata {
    /// The conversation.
    #[schema(value_type = Option<uuid::Uuid>)]
    session_id: Option<SessionId>,
    /// Proves that it is the visitor's, where nobody is signed in.
    token: Option<String>,
}

/// A question with what it goes on with, whichever form it came in.
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) session_id: Option<SessionId>,
    pub(super) id: Option<ClientId>,
    /// Proves that the conversation is the asker's, where no header does.
    pub(super) token: Option<String>,
    pub(super) form: Form,
}

/// The form that a question came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Our own.
    Plain,
    /// The AI SDK's, which reads nothing but a stream.
    Chat,
}

impl<'de> Deserialize<'de> for AskBody {
    /// The form decides, so that what is wrong is said of the form that was meant.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.get("messages").is_some() {
            return serde_json::from_value(value).map(Self::Chat).map_err(D::Error::custom);
        }
        serde_json::from_value(value).map(Self::Plain).map_err(D::Error::custom)
    }
}

impl TryFrom<AskBody> for Asked {
    type Error = ApiError;

    fn try_from(body: AskBody) -> Result<Self, ApiError> {
        match body {
            AskBody::Plain(Ask { text, session_id, id }) => {
                Ok(Self { text, session_id, id, token: None, form: Form::Plain })
            }
            AskBody::Chat(chat) => chat.asked(),
        }
    }
}

impl ChatAsk {
    fn asked(self) -> Result<Asked, ApiError> {
        let anew = self.trigger.as_deref() == Some("regenerate-message");
        let mut messages = self.messages;
        let metadata = messages.iter_mut().rev().find_map(|message| message.metadata.take());
        let ChatMetadata { session_id, token } = metadata.unwrap_or_default();
        let question =
            messages.into_iter().rev().find(|message| message.role == "user").ok_or_else(|| {
                ApiError::invalid_field("messages", "Send a message of role `user` with some text.")
            })?;
        // A question that is to be answered anew is a new question under the old words.
        let id = question.id.as_deref().filter(|_| !anew).and_then(|id| ClientId::parse(id).ok());
        Ok(Asked { text: question.text(), session_id, id, token, form: Form::Chat })
    }
}

impl ChatMessage {
    fn text(&self) -> String {
        let texts = self.parts.iter().filter(|part| part.r#type == "text");
        texts.filter_map(|part| part.text.as_deref()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(body: Value) -> Result<Asked, String> {
        let body: AskBody = serde_json::from_value(body).map_err(|error| error.to_string())?;
        Asked::try_from(body).map_err(|error| error.fields.first().unwrap().message.clone())
    }

    const SESSION: &str = "01a204c7-b90a-7d05-8e55-f18290180912";

    fn chat(trigger: &str) -> Value {
        let part = |text: &str| json!([{ "type": "text", "text": text }]);
        json!({ "id": "chat", "trigger": trigger, "messageId": "x", "messages": [
            { "id": "q1", "role": "user", "parts": part("First?") },
            { "id": "a1", "role": "assistant", "parts": [{ "type": "step-start" }],
              "metadata": { "session_id": SESSION, "seq": 1, "token": "t" } },
            { "id": "q2", "role": "user", "parts": part("Second?") },
        ] })
    }

    #[test]
    fn the_last_question_of_a_chat_goes_on_with_its_conversation() {
        let asked = asked(chat("submit-message")).unwrap();
        assert_eq!((asked.text.as_str(), asked.form), ("Second?", Form::Chat));
        assert_eq!(asked.session_id.map(|id| id.to_string()).as_deref(), Some(SESSION));
        assert_eq!((asked.id, asked.token.as_deref()), (ClientId::parse("q2").ok(), Some("t")));
    }

    #[test]
    fn a_question_that_is_asked_anew_is_a_new_one() {
        assert_eq!(asked(chat("regenerate-message")).unwrap().id, None);
    }

    #[test]
    fn what_is_wrong_is_said_of_the_form_that_was_meant() {
        assert!(asked(json!({ "txt": "Hi" })).err().unwrap().starts_with("unknown field `txt`"));
        assert!(asked(json!({ "messages": [{}] })).err().unwrap().starts_with("missing field `role`"));
        assert!(asked(json!({ "messages": [] })).err().unwrap().contains("`user`"));
    }
}
