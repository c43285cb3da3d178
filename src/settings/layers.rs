//! The three layers of settings, and which one each value came from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, File, FileFormat, Source, Value, ValueKind};
use serde::de::DeserializeOwned;

use super::error::Place;
use super::keys::{KnownKeys, Shape, of_variable};
use super::{DEFAULT_TOML, LoadOptions, SettingsError};

/// All values, later layers over earlier ones.
pub(super) struct Layers {
    merged: Config,
    places: BTreeMap<String, Place>,
}

impl Layers {
    /// Reads every layer and refuses keys that don't exist.
    ///
    /// # Errors
    /// When a layer can't be read or understood, or holds an unknown key.
    pub(super) fn read(options: LoadOptions) -> Result<Self, SettingsError> {
        let defaults = flatten(parse(DEFAULT_TOML, &Place::Default)?);
        let known = KnownKeys::new(defaults.iter().map(|(key, value)| (key.clone(), shape(value))).collect());

        let mut values: BTreeMap<String, (Value, Place)> =
            defaults.into_iter().map(|(key, value)| (key, (value, Place::Default))).collect();
        if let Some(path) = options.file {
            let place = Place::File(path.clone());
            for (key, value) in flatten(parse(&read(&path)?, &place)?) {
                known.shape(&key, &place)?;
                values.insert(key, (value, place.clone()));
            }
        }
        for (name, text) in options.environment {
            let Some(key) = of_variable(&name) else { continue };
            let place = Place::Environment(name);
            let shape = known.shape(&key, &place)?;
            // Compose files and the like pass empty variables on for whatever was not set.
            if !text.is_empty() {
                values.insert(key, (from_text(&text, shape), place));
            }
        }
        Self::merge(values)
    }

    fn merge(values: BTreeMap<String, (Value, Place)>) -> Result<Self, SettingsError> {
        let mut builder = Config::builder();
        let mut places = BTreeMap::new();
        for (key, (value, place)) in values {
            builder = builder.set_override(&key, value).map_err(|error| SettingsError::Malformed {
                place: place.clone(),
                detail: error.to_string(),
            })?;
            places.insert(key, place);
        }
        let merged = builder
            .build()
            .map_err(|error| SettingsError::Malformed { place: Place::Default, detail: error.to_string() })?;
        Ok(Self { merged, places })
    }

    /// Where the value of `key` was given; an item of a list (`key[0]`) was given where its list was.
    pub(super) fn place(&self, key: &str) -> Option<&Place> {
        let whole = key.split_once('[').map_or(key, |(list, _)| list);
        self.places.get(whole)
    }

    /// The keys that are set to something: not empty, not `false`.
    pub(super) fn set_keys(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.places
            .iter()
            .filter(|(key, _)| self.merged.get::<Value>(key).is_ok_and(|value| is_set(&value)))
            .map(|(key, place)| (key.as_str(), place))
    }

    /// All values as one structure.
    ///
    /// # Errors
    /// When a value is not of the kind expected at its place.
    pub(super) fn deserialize<T: DeserializeOwned>(&self) -> Result<T, SettingsError> {
        self.merged.clone().try_deserialize().map_err(|error| {
            let (key, problem) = explain(error);
            self.invalid(key, problem)
        })
    }
}

/// Parses a TOML text of any form.
///
/// # Errors
/// When it is no TOML or not of the form expected.
pub(super) fn parse_as<T: DeserializeOwned>(text: &str, place: &Place) -> Result<T, SettingsError> {
    Config::builder()
        .add_source(File::from_str(text, FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize)
        .map_err(|error| SettingsError::Malformed { place: place.clone(), detail: error.to_string() })
}

/// The text of a settings file.
///
/// # Errors
/// When it can't be read.
pub(super) fn read(path: &Path) -> Result<String, SettingsError> {
    fs::read_to_string(path)
        .map_err(|source| SettingsError::Unreadable { place: Place::File(PathBuf::from(path)), source })
}

fn parse(text: &str, place: &Place) -> Result<config::Map<String, Value>, SettingsError> {
    File::from_str(text, FileFormat::Toml)
        .collect()
        .map_err(|error| SettingsError::Malformed { place: place.clone(), detail: error.to_string() })
}

/// `{a: {b: 1}}` as `a.b = 1`.
fn flatten(table: config::Map<String, Value>) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    let mut waiting: Vec<(String, Value)> = table.into_iter().collect();
    while let Some((key, value)) = waiting.pop() {
        match value.kind {
            ValueKind::Table(inner) => {
                waiting.extend(inner.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            _ => {
                flat.insert(key, value);
            }
        }
    }
    flat
}

const fn shape(value: &Value) -> Shape {
    if matches!(value.kind, ValueKind::Array(_)) { Shape::List } else { Shape::One }
}

fn from_text(text: &str, shape: Shape) -> Value {
    let kind = match shape {
        Shape::One => ValueKind::from(text),
        Shape::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            ValueKind::Array(items.map(|item| Value::new(None, item)).collect())
        }
    };
    Value::new(None, kind)
}

fn is_set(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Nil => false,
        ValueKind::String(text) => !matches!(text.as_str(), "" | "false"),
        ValueKind::Boolean(on) => *on,
        ValueKind::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// The key and the plain words of a conversion error. Types are named as operators know them.
fn explain(error: ConfigError) -> (String, String) {
    match error {
        ConfigError::Type { unexpected, expected, key, .. } => {
            let expected = match expected {
                expected if expected.contains("unsigned") => {
                    "a whole number that is not negative and not too large"
                }
                expected if expected.contains("integer") => "a whole number",
                "a boolean" => "true or false",
                expected => expected,
            };
            (key.unwrap_or_default(), format!("it is {unexpected}, not {expected}"))
        }
        ConfigError::At { error, key, .. } => (key.unwrap_or_default(), explain(*error).1),
        other => (String::new(), other.to_string()),
    }
}
