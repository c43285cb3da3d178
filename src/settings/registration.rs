//! Accounts made by strangers.

use serde::Deserialize;

/// Section `registration`.
#[derive(Debug, Clone, Deserialize)]
pub struct RegistrationSettings {
    /// Whether anybody may make an account.
    pub enabled: bool,
}
