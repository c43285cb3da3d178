//! How a chatbot behaves: versioned, changed as a whole, read by every turn.

use serde::{Deserialize, Serialize};

use super::{AccountId, AnswererChoice, ChatbotId, ConfigVersion, Tools};

/// A stored chatbot with the configuration in force.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatbotRecord {
    /// Its id.
    pub chatbot_id: ChatbotId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name in addresses and as a model, unique over all accounts.
    pub slug: String,
    /// The number of `config`.
    pub config_version: ConfigVersion,
    /// What it does.
    pub config: ChatbotConfig,
}

/// Everything an owner can set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatbotConfig {
    /// The name visitors see.
    pub name: String,
    /// The sites whose pages may open a socket. Empty admits loopback only.
    #[serde(default)]
    pub allowed_origins: Vec<Origin>,
    /// Who answers.
    #[serde(default)]
    pub answerer: AnswererChoice,
    /// How the widget looks.
    #[serde(default)]
    pub theme: Theme,
    /// What it says and when it refuses.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// Whether visitors must prove who they are.
    #[serde(default)]
    pub identity: Identity,
    /// What one visitor may send.
    #[serde(default)]
    pub limits: MessageLimits,
    /// What is asked before the first message.
    #[serde(default)]
    pub pre_chat_form: Vec<FormField>,
    /// What its model may call. Left out where it is the default, so that servers that know no tools read it too.
    #[serde(default, skip_serializing_if = "Tools::are_default")]
    pub tools: Tools,
}

impl ChatbotConfig {
    /// A chatbot of that name with every default.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            allowed_origins: Vec::new(),
            answerer: AnswererChoice::default(),
            theme: Theme::default(),
            behaviour: Behaviour::default(),
            identity: Identity::default(),
            limits: MessageLimits::default(),
            pre_chat_form: Vec::new(),
            tools: Tools::default(),
        }
    }

    /// The part that visitors' browsers get.
    #[must_use]
    pub fn public(&self, chatbot_id: ChatbotId) -> PublicConfig {
        PublicConfig {
            id: chatbot_id,
            name: self.name.clone(),
            greeting: self.behaviour.greeting.clone(),
            suggestions: self.behaviour.suggestions.clone(),
            theme: self.theme.clone(),
            message_chars_max: self.limits.message_chars_max,
            pre_chat_form: self.pre_chat_form.clone(),
        }
    }
}

/// A web origin (RFC 6454) in its serialised form: scheme, host and port, lower case, no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(pub String);

/// How the widget looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// A CSS colour for the launcher and the visitor's messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub accent: Option<String>,
    /// `left` or `right`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub position: Option<String>,
    /// What the launcher is called by screen readers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub launcher_label: Option<String>,
}

/// What the chatbot says and when it refuses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// Shown before the first message; not part of the history.
    pub greeting: Option<String>,
    /// Questions offered before the first message.
    pub suggestions: Vec<String>,
    /// Instructions for a model.
    pub instructions: Option<String>,
    /// Said when nothing that was read answers the question.
    pub refusal: String,
    /// How much of the question's weight a passage must hold to count as evidence, 0 to 1.
    pub evidence_min: f32,
    /// Earlier messages that a model is shown.
    pub history_messages_max: u32,
    /// What becomes of an answer that nobody listens to any more.
    pub unheard: Unheard,
    /// Whether questions to go on with are offered after an answer.
    pub follow_ups: FollowUps,
}

/// Whether questions to go on with are offered after an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUps {
    /// None are.
    #[default]
    Off,
    /// Such as what was read answers.
    On,
}

/// What becomes of an answer when the last of its listeners has gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    /// It is written to its end: whoever comes back finds it.
    #[default]
    Finish,
    /// It ends where it is, and the model is not paid for more.
    Stop,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            greeting: None,
            suggestions: Vec::new(),
            instructions: None,
            refusal: "I don't know: nothing I have read answers that.".into(),
            evidence_min: 0.42,
            history_messages_max: 12,
            unheard: Unheard::Finish,
            follow_ups: FollowUps::Off,
        }
    }
}

/// Whether visitors must prove who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The rule.
    #[serde(default)]
    pub mode: IdentityMode,
}

/// The rules of identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityMode {
    /// Anybody may speak; a visitor's id without a valid hash is ignored.
    #[default]
    Optional,
    /// Only visitors whose `hash` proves their `id`.
    Required,
}

/// What one visitor may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageLimits {
    /// Longest message, in characters.
    pub message_chars_max: u32,
    /// Messages of one session in a minute.
    pub messages_per_minute: u32,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self { message_chars_max: 8_000, messages_per_minute: 60 }
    }
}

/// A field of the form before the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// The key in `lead.submit`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whether it may be left out.
    #[serde(default)]
    pub required: bool,
}

/// What visitors' browsers get of a chatbot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicConfig {
    /// The chatbot.
    pub id: ChatbotId,
    /// Its name.
    pub name: String,
    /// Shown before the first message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// Questions offered before the first message.
    pub suggestions: Vec<String>,
    /// How it looks.
    pub theme: Theme,
    /// Longest message, in characters.
    pub message_chars_max: u32,
    /// What to ask before the first message.
    pub pre_chat_form: Vec<FormField>,
}
