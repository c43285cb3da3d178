//! A chatbot, as its owners see it.

use aihio_actors::model as engine;
use aihio_actors::model::{ChatbotConfig, ChatbotId, ConfigVersion, Origin};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
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
    #[schema(value_type = schema::Identity)]
    identity: engine::Identity,
    /// What one visitor may send.
    #[schema(value_type = schema::MessageLimits)]
    limits: engine::MessageLimits,
    /// What is asked before the first message.
    #[schema(value_type = Vec<schema::FormField>)]
    pre_chat_form: Vec<engine::FormField>,
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
        } = config;
        Self { name, allowed_origins, answerer, theme, behaviour, identity, limits, pre_chat_form }
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
