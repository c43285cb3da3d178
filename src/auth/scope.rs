//! What an API key may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One permission of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at everything of the account.
    Read,
    /// Change chatbots, sources and conversations.
    Write,
    /// Ask chatbots for answers, here and through the OpenAI-compatible routes.
    Chat,
    /// Change the account itself, its keys among it.
    Account,
}

impl Scope {
    /// What a key may do when its maker names no scopes: everything but change the account.
    pub const DEFAULT: [Self; 3] = [Self::Read, Self::Write, Self::Chat];

    /// The word in requests and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Chat => "chat",
            Self::Account => "account",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scopes are read, write, chat and account")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        [Self::Read, Self::Write, Self::Chat, Self::Account]
            .into_iter()
            .find(|scope| scope.as_str() == word)
            .ok_or(UnknownScope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_their_scopes() {
        assert_eq!("chat".parse(), Ok(Scope::Chat));
        assert_eq!("everything".parse::<Scope>(), Err(UnknownScope));
    }

    #[test]
    fn a_key_of_default_scopes_cannot_change_the_account() {
        assert!(!Scope::DEFAULT.contains(&Scope::Account));
    }
}
