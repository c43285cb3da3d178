//! What is known about a conversation beside its history.

use serde::{Deserialize, Serialize};

use super::{AccountId, ChatbotId, Epoch, SessionId, Timestamp};

/// The fixed facts of a session, stored when it opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMeta {
    /// Its id.
    pub session_id: SessionId,
    /// The chatbot spoken to.
    pub chatbot_id: ChatbotId,
    /// Whose chatbot that is.
    pub account_id: AccountId,
    /// The history's name; see [`Epoch`].
    pub epoch: Epoch,
    /// Who speaks, as far as told.
    pub visitor: Visitor,
    /// The visitor's language, as a BCP 47 tag.
    pub locale: Option<String>,
    /// The page the conversation began on.
    pub page_url: Option<String>,
    /// When it began.
    pub opened_at: Timestamp,
}

/// Who a visitor says to be; `hash` proves `id` where the chatbot asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// The site's own id of the person.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Hex HMAC-SHA-256 of `id` under the chatbot's identity secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<String>,
    /// A name to show.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// An address to write to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

impl Visitor {
    /// The id that the visitor's site has signed; none for anonymous visitors. An id without its proof is nobody's.
    #[must_use]
    pub fn proven_id(&self) -> Option<&str> {
        self.id.as_deref().filter(|_| self.hash.is_some())
    }
}
