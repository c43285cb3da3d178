//! Logs.

use std::str::FromStr;

use serde::Deserialize;

use super::value;

/// Section `log`.
#[derive(Debug, Clone, Deserialize)]
pub struct LogSettings {
    /// For whom.
    #[serde(deserialize_with = "value::parsed")]
    pub format: LogFormat,
    /// What is worth a line.
    #[serde(deserialize_with = "value::parsed")]
    pub level: LogLevel,
}

/// For whom logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For programs: one JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            other => Err(format!("`{other}` is neither `pretty` nor `json`")),
        }
    }
}

/// A level, or levels by part of the program, that can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevel(String);

impl LogLevel {
    /// As directives of `tracing-subscriber`.
    #[must_use]
    pub fn directives(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A lone word that is no level would be taken for the name of a part, and silence everything else.
        let lone = !text.contains(['=', ',', '[']);
        if lone && text.parse::<tracing_subscriber::filter::LevelFilter>().is_err() {
            return Err(format!("`{text}` is none of error, warn, info, debug, trace, off"));
        }
        tracing_subscriber::EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|error| format!("`{text}` is not understood: {error}"))
    }
}
