//! A chatbot, as its owners see it.

use aihio_actors::model as engine;
use aihio_actors::model::{ChatbotConfig, ChatbotId, ConfigVersion, Origin};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{schema, tools_schema};
use crate::auth::Scope;
use crate::http::caller::Caller;
use crate::http::service::Service;
use crate::store::StoredChatbot;

/// A chatbot with the configuration in force.
#[derive(Serialize, ToSchema)]
pub(super) struct Chatbot {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: ChatbotId,
    /// Its name in addresses and as a model of the OpenAI-compatible routes.
    pub(crate) slug: String,
    /// One more at each change.
    #[schema(value_type = u32)]
    pub(crate) config_version: ConfigVersion,
    /// What it does.
    #[serde(flatten)]
    pub(crate) config: Config,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When it was last changed.
    pub(crate) updated_at: DateTime<Utc>,
}

/// A configuration.
#[derive(Serialize, ToSchema)]
pub(super) struct Config {
    /// The name visitors see.
    name: String,
    /// The sites whose pages may open a conversation.
    #[schema(value_type = Vec<String>)]
    allowed_origins: Vec<Origin>,
    /// Who answers.
    #[schema(value_type = schema::Answerer)]
    answerer: engine::AnswererChoice,
    /// How the widget looks.
    #[schema(value_type = schema::Theme)]
    theme: engine::Theme,
    /// What it says and when it refuses.
    #[schema(value_type = schema::Behaviour)]
    behaviour: engine::Behaviour,
    /// Whether visitors must prove who they are.
    identity: ShownIdentity,
    /// What one visitor may send.
    #[schema(value_type = schema::MessageLimits)]
    limits: engine::MessageLimits,
    /// What is asked before the first message.
    #[schema(value_type = Vec<schema::FormField>)]
    pre_chat_form: Vec<engine::FormField>,
    /// What its model may call.
    #[schema(value_type = tools_schema::Tools)]
    tools: engine::Tools,
}

/// Whether visitors must prove who they are, and what with.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownIdentity {
    /// The rule.
    #[schema(value_type = schema::IdentityMode)]
    mode: engine::IdentityMode,
    /// The key under which the site signs its visitors' ids: `hash` is the HMAC-SHA-256 of `id` in hexadecimal digits.
    /// Shown to who may change the chatbot, where one is shown by itself; it can't be set.
    #[schema(read_only)]
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<ChatbotConfig> for Config {
    fn from(config: ChatbotConfig) -> Self {
        let ChatbotConfig {
            name,
            allowed_origins,
            answerer,
            theme,
            behaviour,
            identity,
            limits,
            pre_chat_form,
            tools,
        } = config;
        let identity = ShownIdentity { mode: identity.mode, secret: None };
        Self { name, allowed_origins, answerer, theme, behaviour, identity, limits, pre_chat_form, tools }
    }
}

impl From<StoredChatbot> for Chatbot {
    fn from(stored: StoredChatbot) -> Self {
        let StoredChatbot { record, created_at, updated_at, .. } = stored;
        Self {
            id: record.chatbot_id,
            slug: record.slug,
            config_version: record.config_version,
            config: record.config.into(),
            created_at,
            updated_at,
        }
    }
}

impl Chatbot {
    /// The chatbot as the caller may see it by itself: its identity secret is for those who may change it.
    pub(super) fn shown_to(caller: &Caller, service: &Service, stored: StoredChatbot) -> Self {
        let mut shown = Self::from(stored);
        if caller.may(Scope::Write) {
            shown.config.identity.secret = Some(service.tokens.identity_secret(shown.id));
        }
        shown
    }
}
