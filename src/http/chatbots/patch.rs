//! Changes of a configuration as a JSON merge patch (RFC 7396) over its own keys: what is left out stays, `null`
//! brings the default back, objects are merged, anything else is replaced.

use aihio_actors::model::{ChatbotConfig, Origin};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::FieldError;
use crate::http::origin;

/// The keys that can be changed.
const SECTIONS: [&str; 9] = [
    "name",
    "allowed_origins",
    "answerer",
    "theme",
    "behaviour",
    "identity",
    "limits",
    "pre_chat_form",
    "tools",
];

/// A configuration with a change applied, not yet checked for ranges.
///
/// # Errors
/// Every key that is unknown or does not fit.
pub(super) fn apply(
    config: &ChatbotConfig,
    change: &Map<String, Value>,
) -> Result<ChatbotConfig, Vec<FieldError>> {
    let mut errors: Vec<FieldError> = change
        .keys()
        .filter(|key| !SECTIONS.contains(&key.as_str()))
        .map(|key| {
            FieldError::new(key, format!("There is no such setting. Settings are {}.", SECTIONS.join(", ")))
        })
        .collect();
    let mut whole = match serde_json::to_value(config) {
        Ok(Value::Object(whole)) => whole,
        Ok(_) | Err(_) => Map::new(),
    };
    merge(&mut whole, change);
    let mut sections = Sections { whole, errors: Vec::new() };
    let changed = ChatbotConfig {
        name: sections.take("name", None),
        allowed_origins: sections.take("allowed_origins", Some(Vec::new)),
        answerer: sections.take("answerer", Some(Default::default)),
        theme: sections.take("theme", Some(Default::default)),
        behaviour: sections.take("behaviour", Some(Default::default)),
        identity: sections.take("identity", Some(Default::default)),
        limits: sections.take("limits", Some(Default::default)),
        pre_chat_form: sections.take("pre_chat_form", Some(Vec::new)),
        tools: sections.take("tools", Some(Default::default)),
    };
    errors.append(&mut sections.errors);
    if errors.is_empty() { Ok(with_normal_origins(changed)) } else { Err(errors) }
}

/// RFC 7396, 2.
fn merge(target: &mut Map<String, Value>, change: &Map<String, Value>) {
    for (key, value) in change {
        match (target.get_mut(key), value) {
            (_, Value::Null) => {
                target.remove(key);
            }
            (Some(Value::Object(inner)), Value::Object(change)) => merge(inner, change),
            (_, value) => {
                target.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The sections of a configuration in JSON, each read by itself so that an error names its place.
struct Sections {
    whole: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Sections {
    fn take<T: DeserializeOwned + Default>(&mut self, name: &str, default: Option<fn() -> T>) -> T {
        let Some(value) = self.whole.remove(name) else {
            return default.map_or_else(
                || {
                    self.errors.push(FieldError::new(name, "This can't be left out."));
                    T::default()
                },
                |default| default(),
            );
        };
        serde_json::from_value(value).unwrap_or_else(|error| {
            self.errors.push(error_in(name, &error.to_string()));
            T::default()
        })
    }
}

/// serde names the inner field in backquotes for those unknown, missing and given twice.
fn error_in(section: &str, message: &str) -> FieldError {
    let inner = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    let field = inner.map_or_else(|| section.to_owned(), |inner| format!("{section}.{inner}"));
    FieldError::new(field, message)
}

/// Origins as browsers write them; those that are none stay, to be named by the checks.
fn with_normal_origins(mut config: ChatbotConfig) -> ChatbotConfig {
    let mut origins: Vec<Origin> = Vec::with_capacity(config.allowed_origins.len());
    for written in config.allowed_origins {
        let normal = origin::normalise(&written.0).unwrap_or(written);
        if !origins.contains(&normal) {
            origins.push(normal);
        }
    }
    config.allowed_origins = origins;
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use aihio_actors::model::AnswererKind;
    use serde_json::json;

    fn apply_json(config: &ChatbotConfig, change: &Value) -> Result<ChatbotConfig, Vec<FieldError>> {
        apply(config, change.as_object().unwrap())
    }

    fn fields(result: Result<ChatbotConfig, Vec<FieldError>>) -> Vec<String> {
        result.unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_left_out_stays() {
        let config = ChatbotConfig::named("Guide");
        assert_eq!(apply_json(&config, &json!({})).unwrap(), config);
        let changed = apply_json(&config, &json!({"theme": {"accent": "#123456"}})).unwrap();
        assert_eq!(changed.theme.accent.as_deref(), Some("#123456"));
        assert_eq!(changed.behaviour, config.behaviour);
    }

    #[test]
    fn sections_are_merged_and_lists_replaced() {
        let config = ChatbotConfig::named("Guide");
        let config =
            apply_json(&config, &json!({"behaviour": {"greeting": "Hi", "suggestions": ["a", "b"]}}))
                .unwrap();
        let config = apply_json(&config, &json!({"behaviour": {"suggestions": ["c"]}})).unwrap();
        assert_eq!(config.behaviour.greeting.as_deref(), Some("Hi"));
        assert_eq!(config.behaviour.suggestions, ["c"]);
    }

    #[test]
    fn null_brings_the_default_back() {
        let config = ChatbotConfig::named("Guide");
        let config = apply_json(&config, &json!({"answerer": {"kind": "echo"}})).unwrap();
        assert_eq!(config.answerer.kind, AnswererKind::Echo);
        let config = apply_json(&config, &json!({"answerer": null})).unwrap();
        assert_eq!(config.answerer.kind, AnswererKind::Extractive);
        assert_eq!(fields(apply_json(&config, &json!({"name": null}))), ["name"]);
    }

    #[test]
    fn unknown_keys_are_named_with_their_place() {
        let config = ChatbotConfig::named("Guide");
        let change =
            json!({"plan": "free", "theme": {"colour": "red"}, "limits": {"message_chars_max": "many"}});
        assert_eq!(fields(apply_json(&config, &change)), ["plan", "theme.colour", "limits"]);
    }

    #[test]
    fn origins_are_kept_as_browsers_write_them() {
        let config = ChatbotConfig::named("Guide");
        let change = json!({"allowed_origins": ["https://Shop.example/", "https://shop.example:443"]});
        let changed = apply_json(&config, &change).unwrap();
        assert_eq!(changed.allowed_origins, [Origin("https://shop.example".into())]);
    }
}
