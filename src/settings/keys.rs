//! The keys that exist.

use std::collections::BTreeMap;

use super::SettingsError;
use super::error::Place;

/// What environment variables of settings begin with.
pub(super) const PREFIX: &str = "AIHIO__";

/// The keys of one model, below `llm.<name>.`.
const LLM_KEYS: [&str; 10] = [
    "kind",
    "base_url",
    "api_key",
    "model",
    "tokens_max",
    "first_token_seconds",
    "between_tokens_seconds",
    "answer_seconds",
    "hedge_after_ms",
    LLM_LIST_KEY,
];
/// The one of them that holds a list.
const LLM_LIST_KEY: &str = "prices";

/// How close a key must be to be offered in place of an unknown one; 1 is the same.
const LIKENESS_MIN: f64 = 0.7;

/// Whether a key holds one value or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, number or switch.
    One,
    /// A list of texts.
    List,
}

/// The environment variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The key of an environment variable, if it is one of ours.
pub(super) fn of_variable(name: &str) -> Option<String> {
    name.strip_prefix(PREFIX).map(|key| key.to_lowercase().replace("__", "."))
}

/// Every key that exists, as found in the defaults.
pub(super) struct KnownKeys(BTreeMap<String, Shape>);

impl KnownKeys {
    /// Takes the keys of the defaults.
    pub(super) const fn new(keys: BTreeMap<String, Shape>) -> Self {
        Self(keys)
    }

    /// The shape of the key.
    ///
    /// # Errors
    /// When there is no such key; the error names the nearest.
    pub(super) fn shape(&self, key: &str, place: &Place) -> Result<Shape, SettingsError> {
        if is_llm_key(key) {
            return Ok(if key.ends_with(LLM_LIST_KEY) { Shape::List } else { Shape::One });
        }
        self.0.get(key).copied().ok_or_else(|| SettingsError::UnknownKey {
            key: key.to_owned(),
            place: place.clone(),
            nearest: self.nearest(key),
        })
    }

    fn nearest(&self, key: &str) -> Option<String> {
        let models =
            llm_name(key).into_iter().flat_map(|name| LLM_KEYS.map(|last| format!("llm.{name}.{last}")));
        self.0
            .keys()
            .cloned()
            .chain(models)
            .map(|known| (strsim::jaro_winkler(key, &known).max(same_last_part(key, &known)), known))
            .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, known)| known)
    }
}

/// A key that was put in the wrong section: `public_url` for `http.public_url`.
fn same_last_part(key: &str, known: &str) -> f64 {
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    if last(key) == last(known) { 0.9 } else { 0.0 }
}

fn llm_name(key: &str) -> Option<&str> {
    key.strip_prefix("llm.")?.split('.').next().filter(|name| is_name(name))
}

fn is_llm_key(key: &str) -> bool {
    let mut parts = key.split('.');
    parts.next() == Some("llm")
        && parts.next().is_some_and(is_name)
        && parts.next().is_some_and(|last| LLM_KEYS.contains(&last))
        && parts.next().is_none()
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownKeys {
        let keys = ["http.bind", "http.public_url", "database.url", "redis.url", "limits.enabled"];
        KnownKeys::new(keys.map(|key| (key.to_owned(), Shape::One)).into())
    }

    fn nearest(key: &str) -> Option<String> {
        match known().shape(key, &Place::Default) {
            Err(SettingsError::UnknownKey { nearest, .. }) => nearest,
            _ => None,
        }
    }

    #[test]
    fn a_mistyped_key_is_answered_with_the_one_that_was_meant() {
        assert_eq!(nearest("http.bnid").as_deref(), Some("http.bind"));
        assert_eq!(nearest("databse.url").as_deref(), Some("database.url"));
        assert_eq!(nearest("public_url").as_deref(), Some("http.public_url"));
        assert_eq!(nearest("llm.local.modell").as_deref(), Some("llm.local.model"));
    }

    #[test]
    fn a_key_that_resembles_none_is_answered_with_none() {
        assert_eq!(nearest("zzz.qqq"), None);
    }

    #[test]
    fn a_variable_and_its_key_are_two_spellings_of_one_thing() {
        assert_eq!(variable("http.public_url"), "AIHIO__HTTP__PUBLIC_URL");
        assert_eq!(of_variable("AIHIO__HTTP__PUBLIC_URL").as_deref(), Some("http.public_url"));
        assert_eq!(of_variable("AIHIO_CONFIG"), None);
    }

    #[test]
    fn models_have_names_of_the_operators_choice() {
        assert!(known().shape("llm.my-model_2.api_key", &Place::Default).is_ok());
        assert!(known().shape("llm..api_key", &Place::Default).is_err());
        assert!(known().shape("llm.api_key", &Place::Default).is_err());
        assert!(known().shape("llm.a.model.b", &Place::Default).is_err());
    }
}
