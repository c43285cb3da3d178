//! The configuration's sections as OpenAPI describes them. The engine's own types stay free of HTTP; a test
//! holds the two together, key by key.

#![expect(dead_code, reason = "these types are described to clients and never made")]

use utoipa::ToSchema;

use super::tools_schema::Tools;

/// Who answers, and who takes their place.
#[derive(ToSchema)]
pub(crate) struct Answerer {
    /// The first choice: `extractive` quotes the sources, `llm` asks a model, `echo` repeats the question.
    #[schema(default = "extractive")]
    pub kind: AnswererKind,
    /// The configured provider, for `llm`; may be left out where there is only one.
    pub provider: Option<String>,
    /// A model other than the provider's own.
    pub model: Option<String>,
    /// Who answers when the first choice can't, in order.
    #[schema(max_items = 4)]
    pub fallback: Vec<StandIn>,
}

/// Who answers when the first choice can't: a kind alone, or with its provider and model.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(untagged)]
pub(crate) enum StandIn {
    /// A kind; `llm` is the first choice's provider once more.
    Kind(AnswererKind),
    /// With a provider of its own.
    Whole {
        /// What it is.
        kind: AnswererKind,
        /// The configured provider, for `llm`.
        provider: Option<String>,
        /// A model other than the provider's own.
        model: Option<String>,
    },
}

/// The kinds of answerers.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum AnswererKind {
    /// Quotes the passages that answer.
    Extractive,
    /// Says the visitor's words back; for load tests.
    Echo,
    /// A model behind a configured provider.
    Llm,
}

/// How the widget looks.
#[derive(ToSchema)]
pub(crate) struct Theme {
    /// A CSS colour.
    #[schema(example = "#0b6bcb")]
    pub accent: Option<String>,
    /// `left` or `right`.
    pub position: Option<String>,
    /// What screen readers call the launcher.
    #[schema(max_length = 100)]
    pub launcher_label: Option<String>,
}

/// What the chatbot says and when it refuses.
#[derive(ToSchema)]
pub(crate) struct Behaviour {
    /// Shown before the first message.
    #[schema(max_length = 2000)]
    pub greeting: Option<String>,
    /// Questions offered before the first message.
    #[schema(max_items = 8)]
    pub suggestions: Vec<String>,
    /// Instructions for a model.
    #[schema(max_length = 20000)]
    pub instructions: Option<String>,
    /// Said when nothing that was read answers the question.
    #[schema(min_length = 1, max_length = 2000)]
    pub refusal: String,
    /// How much of the question's weight a passage must hold to count as evidence.
    #[schema(minimum = 0, maximum = 1)]
    pub evidence_min: f32,
    /// Earlier messages that a model is shown.
    #[schema(minimum = 0, maximum = 100)]
    pub history_messages_max: u32,
    /// What becomes of an answer that nobody listens to any more.
    #[schema(default = "finish")]
    pub unheard: Unheard,
    /// Whether up to three questions to go on with are offered after an answer.
    #[schema(default = "off")]
    pub follow_ups: FollowUps,
}

/// Whether questions to go on with are offered after an answer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FollowUps {
    /// None are.
    Off,
    /// Such as the sources answer; a model that answered is asked for them, which takes tokens and no credit.
    On,
}

/// What becomes of an answer when the last of its listeners has gone.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Unheard {
    /// It is written to its end.
    Finish,
    /// It ends where it is, after some seconds, and the model is not paid for more.
    Stop,
}

/// Whether visitors must prove who they are.
#[derive(ToSchema)]
pub(crate) struct Identity {
    /// The rule.
    pub mode: IdentityMode,
}

/// The rules of identity.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum IdentityMode {
    /// Anybody may speak.
    Optional,
    /// Only visitors whose `hash` proves their `id`.
    Required,
}

/// What one visitor may send.
#[derive(ToSchema)]
pub(crate) struct MessageLimits {
    /// Longest message, in characters.
    #[schema(minimum = 1, maximum = 16000)]
    pub message_chars_max: u32,
    /// Messages of one session in a minute.
    #[schema(minimum = 1, maximum = 1000000)]
    pub messages_per_minute: u32,
}

/// A field of the form before the chat.
#[derive(ToSchema)]
pub(crate) struct FormField {
    /// The key in what visitors send.
    #[schema(pattern = "^[a-z0-9_]{1,64}$")]
    pub name: String,
    /// What people read.
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    /// Whether it must be filled in.
    #[schema(default = false)]
    pub required: bool,
}

/// What visitors' browsers get of a chatbot.
#[derive(ToSchema)]
pub(crate) struct PublicConfig {
    /// The chatbot.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// Shown before the first message.
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

/// A change of a configuration (RFC 7396): what is left out stays, `null` brings the default back, objects are
/// merged, lists replaced.
#[derive(ToSchema)]
pub(crate) struct ChatbotChange {
    /// The name visitors see.
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// The sites whose pages may open a conversation, such as `https://shop.example`. Empty admits pages of the
    /// server's own machine only.
    #[schema(max_items = 100)]
    pub allowed_origins: Option<Vec<String>>,
    /// Who answers; any part of it.
    #[schema(value_type = Option<Object>)]
    pub answerer: Option<Answerer>,
    /// How the widget looks; any part of it.
    #[schema(value_type = Option<Object>)]
    pub theme: Option<Theme>,
    /// What the chatbot says; any part of it.
    #[schema(value_type = Option<Object>)]
    pub behaviour: Option<Behaviour>,
    /// Whether visitors must prove who they are.
    pub identity: Option<Identity>,
    /// What one visitor may send; any part of it.
    #[schema(value_type = Option<Object>)]
    pub limits: Option<MessageLimits>,
    /// What is asked before the first message.
    #[schema(max_items = 20)]
    pub pre_chat_form: Option<Vec<FormField>>,
    /// What its model may call; any part of it.
    #[schema(value_type = Option<Object>)]
    pub tools: Option<Tools>,
}

/// A chatbot to be made: its name, and whatever else shall differ from the defaults.
#[derive(ToSchema)]
pub(crate) struct NewChatbot {
    /// The name visitors see.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Any other setting.
    #[schema(inline)]
    #[serde(flatten)]
    pub settings: ChatbotChange,
}

#[cfg(test)]
mod tests {
    use super::*;
    use aihio_actors::model as engine;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn described<T: utoipa::PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn keys(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    fn full_config() -> Value {
        let config: engine::ChatbotConfig = serde_json::from_value(json!({
            "name": "Guide",
            "answerer": {"kind": "llm", "provider": "p", "model": "m", "fallback": []},
            "theme": {"accent": "red", "position": "left", "launcher_label": "Chat"},
            "behaviour": {"greeting": "Hi", "instructions": "Be brief"},
            "pre_chat_form": [{"name": "email", "label": "E-mail", "required": true}],
            "tools": {"audience": "everyone"},
        }))
        .unwrap();
        serde_json::to_value(config).unwrap()
    }

    #[test]
    fn every_section_is_described_key_by_key() {
        let config = full_config();
        assert_eq!(described::<Answerer>(), keys(&config["answerer"]));
        assert_eq!(described::<Theme>(), keys(&config["theme"]));
        assert_eq!(described::<Behaviour>(), keys(&config["behaviour"]));
        assert_eq!(described::<Identity>(), keys(&config["identity"]));
        assert_eq!(described::<MessageLimits>(), keys(&config["limits"]));
        assert_eq!(described::<FormField>(), keys(&config["pre_chat_form"][0]));
        assert_eq!(described::<ChatbotChange>(), keys(&config));
    }

    #[test]
    fn the_public_part_is_described_key_by_key() {
        let mut config = engine::ChatbotConfig::named("Guide");
        config.behaviour.greeting = Some("Hi".into());
        let public = config.public(engine::ChatbotId::from_uuid(uuid::Uuid::nil()));
        assert_eq!(described::<PublicConfig>(), keys(&serde_json::to_value(public).unwrap()));
    }
}
