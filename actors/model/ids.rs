//! Identities. Every id is a type of its own, time-ordered (UUID version 7, RFC 9562) where we make it, and
//! parsed where others hand it in, so that an id of one thing can't be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID that was made or stored as this kind of id.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID underneath, for stores and wire formats.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

uuid_id! {
    /// A tenant: who pays, whose rows are fenced from everybody else's.
    AccountId;
    /// A person who signs in.
    UserId;
    /// A key for programs.
    ApiKeyId;
    /// A chatbot.
    ChatbotId;
    /// One conversation of one visitor with one chatbot.
    SessionId;
    /// One line of a conversation.
    MessageId;
    /// One attempt to answer; differs from the message it will become, so that a retry is told apart.
    AnswerId;
    /// Something the owner gave the chatbot to read.
    SourceId;
    /// One stored version of a source's text.
    DocumentId;
    /// A passage of a document.
    ChunkId;
    /// One page or sitemap of a site.
    PageId;
    /// One run over a source.
    JobId;
    /// A file on its way in.
    UploadId;
    /// One attached socket (or other listener); lives no longer than its connection.
    SocketId;
    /// One process among those that share the conversations. Drawn at start: a process that was restarted is another
    /// one, so nothing that an earlier life held is taken for its own.
    NodeId;
}

/// A position in a session's history: 1 for the first event, without holes. 0 is "before the first".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const START: Self = Self(0);

    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a chatbot's configuration: 1 at creation, one more at each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigVersion(pub u32);

/// Names one continuous history of a session's offsets. A client that holds another epoch can't recover by
/// offset: what it saw may not be what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub Box<str>);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Counts the owners that a session has had. Every write of its history carries its writer's number, and the store
/// takes it from the newest owner alone: a process that lost the session without noticing, because it stood still or
/// Redis forgot, writes nothing (a fencing token).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnerEpoch(pub u64);

impl OwnerEpoch {
    /// Of whoever opens a session.
    pub const FIRST: Self = Self(1);
}

/// The id that a client gives its message: 1 to 64 characters, unique in the session. Sending it again is
/// answered with the first position and does nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClientId(Box<str>);

/// The client's id is empty, too long, or holds control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`id` must have 1 to 64 characters and no control characters")]
pub struct ClientIdError;

impl ClientId {
    /// Longest id, in characters.
    pub const CHARS_MAX: usize = 64;

    /// Checks and takes a client's id.
    ///
    /// # Errors
    /// When it is empty, longer than [`Self::CHARS_MAX`] characters, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let valid = !text.is_empty()
            && text.chars().count() <= Self::CHARS_MAX
            && !text.chars().any(char::is_control);
        valid.then(|| Self(text.into())).ok_or(ClientIdError)
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_counted_in_characters_not_bytes() {
        assert!(ClientId::parse(&"ä".repeat(64)).is_ok());
        assert_eq!(ClientId::parse(&"ä".repeat(65)), Err(ClientIdError));
    }

    #[test]
    fn an_empty_or_unprintable_client_id_is_refused() {
        assert_eq!(ClientId::parse(""), Err(ClientIdError));
        assert_eq!(ClientId::parse("a\u{0}b"), Err(ClientIdError));
    }

    #[test]
    fn an_id_of_one_kind_reads_back_from_its_own_text() {
        let id = ChatbotId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("nonsense".parse::<ChatbotId>(), Err(InvalidId));
    }
}
