//! Conversations, as handlers hold them: begun or found, and spoken to.

use std::sync::Arc;

use aihio_actors::engine::{ChatbotHandle, Opening, SessionHandle};
use aihio_actors::model::{Epoch, SessionId, SessionMeta, Visitor};

use super::service::Service;
use super::visitor;
use crate::error::{ApiError, FieldError};
use crate::http::field;
use crate::store::SessionRecord;

/// What is told of a visitor when a conversation begins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Introduction {
    /// Who speaks.
    pub(crate) visitor: Visitor,
    /// The language, as a BCP 47 tag.
    pub(crate) locale: Option<String>,
    /// The page it begins on.
    pub(crate) page_url: Option<String>,
}

impl Introduction {
    /// Checks lengths: what strangers tell is kept for ever.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let told = [
            ("visitor.id", &self.visitor.id, 200),
            ("visitor.hash", &self.visitor.hash, 200),
            ("visitor.name", &self.visitor.name, 200),
            ("visitor.email", &self.visitor.email, 254),
            ("locale", &self.locale, 35),
            ("page_url", &self.page_url, 2_048),
        ];
        let too_long = |(name, text, chars_max): (&str, &Option<String>, usize)| {
            text.as_deref().and_then(|text| field::chars(name, text, 0..=chars_max))
        };
        let errors: Vec<FieldError> = told.into_iter().filter_map(too_long).collect();
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }
}

/// Begins a conversation.
///
/// # Errors
/// When the chatbot refuses it.
pub(crate) async fn begin(
    service: &Service,
    chatbot: &ChatbotHandle,
    introduction: Introduction,
) -> Result<SessionHandle, ApiError> {
    let opened_at = service.clock.now();
    let meta = SessionMeta {
        session_id: SessionId::from_uuid(service.dice.id(opened_at)),
        chatbot_id: chatbot.id(),
        account_id: chatbot.account_id(),
        epoch: Epoch(format!("{:x}", service.dice.next_u64()).into()),
        visitor: introduction.visitor,
        locale: introduction.locale,
        page_url: introduction.page_url,
        opened_at,
    };
    Ok(chatbot.session(Opening::New(Box::new(meta))).await?)
}

/// Finds a conversation that is stored, waking it if it sleeps.
///
/// # Errors
/// When the chatbot is gone or can't be used now.
pub(crate) async fn resume(service: &Service, session: &SessionRecord) -> Result<SessionHandle, ApiError> {
    let chatbot: Arc<ChatbotHandle> = visitor::find(service, session.meta.chatbot_id).await?;
    Ok(chatbot.session(Opening::Known(session.meta.session_id)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_bounds() {
        let long = Introduction { locale: Some("x".repeat(36)), ..Introduction::default() };
        assert_eq!(long.check().unwrap_err().fields[0].field, "locale");
        assert!(Introduction::default().check().is_ok());
    }
}
