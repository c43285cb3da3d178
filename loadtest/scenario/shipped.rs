//! Scenarios by file, and those that come with the program.

use std::fs;
use std::path::Path;

use thiserror::Error;

use crate::scenario::overlay::Setting;
use crate::scenario::reading;
use crate::scenario::{Scenario, ScenarioError};

/// The scenarios of `loadtest/scenarios`, by name.
pub(crate) const SHIPPED: [(&str, &str); 11] = [
    ("chat", include_str!("../scenarios/chat.toml")),
    ("connect", include_str!("../scenarios/connect.toml")),
    ("fanout", include_str!("../scenarios/fanout.toml")),
    ("idle", include_str!("../scenarios/idle.toml")),
    ("mixed", include_str!("../scenarios/mixed.toml")),
    ("neighbours", include_str!("../scenarios/neighbours.toml")),
    ("overload", include_str!("../scenarios/overload.toml")),
    ("raw", include_str!("../scenarios/raw.toml")),
    ("reconnect", include_str!("../scenarios/reconnect.toml")),
    ("short", include_str!("../scenarios/short.toml")),
    ("soak", include_str!("../scenarios/soak.toml")),
];

/// Why there is no scenario to run.
#[derive(Debug, Error)]
pub(crate) enum LoadError {
    #[error(
        "there is no file `{path}`, and no scenario of that name comes with the program; those that do: {}",
        names()
    )]
    Absent { path: String },
    #[error("can't read {path}: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}: {source}")]
    Wrong { path: String, source: ScenarioError },
}

fn names() -> String {
    SHIPPED.map(|(name, _)| name).join(", ")
}

/// Reads the scenario of a file, or one that comes with the program by its name.
///
/// # Errors
/// When there is none, or it says what can't be meant.
pub(crate) fn load(path: &str, settings: &[Setting]) -> Result<Scenario, LoadError> {
    let shipped = SHIPPED.iter().find(|(name, _)| *name == path && !Path::new(path).is_file());
    let text = match shipped {
        Some((_, text)) => (*text).to_owned(),
        None => fs::read_to_string(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => LoadError::Absent { path: path.to_owned() },
            _ => LoadError::Unreadable { path: path.to_owned(), source },
        })?,
    };
    let name = Path::new(path).file_stem().map_or_else(|| path.into(), |stem| stem.to_string_lossy());
    reading::read(&name, &text, settings).map_err(|source| LoadError::Wrong { path: path.to_owned(), source })
}
