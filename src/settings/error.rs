//! Why settings are refused: what, where it was said, and the cure.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a setting was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the embedded `config/default.toml`.
    Default,
    /// In a file.
    File(PathBuf),
    /// In an environment variable of that name.
    Environment(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the embedded config/default.toml"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
        }
    }
}

/// Settings that the program does not start with.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A settings file can't be read.
    #[error("a settings file can't be read")]
    Unreadable {
        /// Which.
        place: Place,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A settings file is no TOML, or not of the form expected.
    #[error("a settings file can't be understood: {detail}")]
    Malformed {
        /// Which.
        place: Place,
        /// What is wrong, with line and column where they are known.
        detail: String,
    },
    /// There is no such setting.
    #[error("`{key}` is not a setting")]
    UnknownKey {
        /// The key as it was given.
        key: String,
        /// Where.
        place: Place,
        /// The existing key that resembles it most.
        nearest: Option<String>,
    },
    /// The value can't be used.
    #[error("`{key}` can't be used: {problem}")]
    Invalid {
        /// The setting.
        key: String,
        /// Where its value comes from.
        place: Place,
        /// What is wrong with it.
        problem: String,
    },
    /// The setting is known, what it switches on is not there yet.
    #[error("`{key}` is set, but {feature} is not supported by this version")]
    Unsupported {
        /// The setting.
        key: String,
        /// Where it was set.
        place: Place,
        /// What it would switch on.
        feature: &'static str,
    },
}

impl SettingsError {
    /// Where the trouble was given.
    #[must_use]
    pub const fn place(&self) -> &Place {
        match self {
            Self::Unreadable { place, .. }
            | Self::Malformed { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::Invalid { place, .. }
            | Self::Unsupported { place, .. } => place,
        }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Unreadable { .. } => {
                "Check that the path is right and that this user may read the file.".to_owned()
            }
            Self::Malformed { .. } => {
                "Mend that line; the form of every setting is in config/default.toml.".to_owned()
            }
            Self::UnknownKey { nearest: Some(nearest), .. } => {
                format!("Did you mean `{nearest}`{}? Otherwise remove it.", Self::as_variable(nearest))
            }
            Self::UnknownKey { nearest: None, .. } => {
                "Remove it; every setting is in config/default.toml.".to_owned()
            }
            Self::Invalid { key, place: Place::Environment(_), .. } => {
                format!("Change the variable, or unset it to use the default of `{key}`.")
            }
            Self::Invalid { .. } => {
                "Change the value; its meaning is explained in config/default.toml.".to_owned()
            }
            Self::Unsupported { .. } => "Remove the setting.".to_owned(),
        }
    }

    fn as_variable(key: &str) -> String {
        format!(" ({})", super::keys::variable(key))
    }
}
