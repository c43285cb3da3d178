//! The first owner.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::load::Flaw;
use super::value;

/// Shortest password, in characters.
const PASSWORD_CHARS_MIN: usize = 10;

/// Section `owner`.
#[derive(Debug, Clone, Deserialize)]
pub struct OwnerSettings {
    /// Who signs in first.
    pub email: String,
    /// With what; none is to generate one.
    #[serde(deserialize_with = "value::optional_secret")]
    pub password: Option<SecretString>,
}

impl OwnerSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        let two_parts =
            self.email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if !two_parts || self.email.chars().any(char::is_whitespace) {
            return Err(Flaw::new("owner.email", "it is not an e-mail address"));
        }
        match &self.password {
            Some(password) if password.expose_secret().chars().count() < PASSWORD_CHARS_MIN => {
                Err(Flaw::new("owner.password", format!("it has less than {PASSWORD_CHARS_MIN} characters")))
            }
            _ => Ok(()),
        }
    }
}
