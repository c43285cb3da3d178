//! What people and programs do to an account, for its audit log: names and ids, never contents.

use aihio_actors::model::{ApiKeyId, ChatbotId, SessionId, SourceId, UserId};

use super::service::Service;
use crate::store::{AuditEntry, Tenant};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A program.
    ApiKey(ApiKeyId),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::ApiKey(id) => write!(f, "key:{id}"),
        }
    }
}

/// Something done that the account's people should be able to look up later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Somebody signed in with a password.
    SignedIn(UserId),
    /// A key was made.
    ApiKeyCreated(ApiKeyId),
    /// A key was revoked.
    ApiKeyRevoked(ApiKeyId),
    /// A chatbot was made.
    ChatbotCreated(ChatbotId),
    /// A chatbot's configuration was changed.
    ChatbotChanged(ChatbotId),
    /// A secret of a chatbot was set or taken away.
    ChatbotSecretChanged(ChatbotId),
    /// A chatbot was deleted.
    ChatbotDeleted(ChatbotId),
    /// A source was deleted.
    SourceDeleted(SourceId),
    /// A conversation was taken over.
    SessionTakenOver(SessionId),
    /// A conversation was erased.
    SessionDeleted(SessionId),
}

impl Deed {
    const fn action(self) -> &'static str {
        match self {
            Self::SignedIn(_) => "user.signed_in",
            Self::ApiKeyCreated(_) => "api_key.created",
            Self::ApiKeyRevoked(_) => "api_key.revoked",
            Self::ChatbotCreated(_) => "chatbot.created",
            Self::ChatbotChanged(_) => "chatbot.changed",
            Self::ChatbotSecretChanged(_) => "chatbot.secret_changed",
            Self::ChatbotDeleted(_) => "chatbot.deleted",
            Self::SourceDeleted(_) => "source.deleted",
            Self::SessionTakenOver(_) => "session.taken_over",
            Self::SessionDeleted(_) => "session.deleted",
        }
    }

    fn subject(self) -> String {
        match self {
            Self::SignedIn(id) => Actor::User(id).to_string(),
            Self::ApiKeyCreated(id) | Self::ApiKeyRevoked(id) => Actor::ApiKey(id).to_string(),
            Self::ChatbotCreated(id)
            | Self::ChatbotChanged(id)
            | Self::ChatbotSecretChanged(id)
            | Self::ChatbotDeleted(id) => format!("chatbot:{id}"),
            Self::SourceDeleted(id) => format!("source:{id}"),
            Self::SessionTakenOver(id) | Self::SessionDeleted(id) => format!("session:{id}"),
        }
    }

    /// Keeps the deed for good. It is done already and can't be taken back, so a log that can't be written is the
    /// operator's concern and no error of the request.
    pub(super) async fn keep(self, service: &Service, tenant: &Tenant, actor: Actor) {
        let (action, subject) = (self.action(), self.subject());
        let at = service.clock.now();
        let entry = AuditEntry { actor: actor.to_string(), action: action.into(), subject, at };
        if let Err(error) = tenant.audit(entry).await {
            tracing::error!(account.id = %tenant.account_id(), action, error = ?error, "a deed is missing in the audit log");
        }
    }
}
