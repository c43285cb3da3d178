//! Conversations, as handlers hold them: begun or found, and spoken to.

use std::sync::Arc;

use aihio_actors::engine::{ChatbotHandle, Opening, SessionHandle};

use super::service::Service;
use super::visitor::find;
use crate::error::{ApiError, FieldError};
use crate::http::field;
use crate::store::SessionRecord;
use crate::visitor::Introduction;

/// Checks lengths: what strangers tell is kept for ever.
pub(crate) fn check(introduction: &Introduction) -> Result<(), ApiError> {
    let told = [
        ("visitor.id", &introduction.visitor.id, 200),
        ("visitor.hash", &introduction.visitor.hash, 200),
        ("visitor.name", &introduction.visitor.name, 200),
        ("visitor.email", &introduction.visitor.email, 254),
        ("locale", &introduction.locale, 35),
        ("page_url", &introduction.page_url, 2_048),
    ];
    let too_long = |(name, text, chars_max): (&str, &Option<String>, usize)| {
        text.as_deref().and_then(|text| field::chars(name, text, 0..=chars_max))
    };
    let errors: Vec<FieldError> = told.into_iter().filter_map(too_long).collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

/// Finds a conversation that is stored, waking it if it sleeps.
///
/// # Errors
/// When the chatbot is gone or can't be used now.
pub(crate) async fn resume(service: &Service, session: &SessionRecord) -> Result<SessionHandle, ApiError> {
    let chatbot: Arc<ChatbotHandle> = find(service, session.meta.chatbot_id).await?;
    Ok(chatbot.session(Opening::Known(session.meta.session_id)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_has_bounds() {
        let long = Introduction { locale: Some("x".repeat(36)), ..Introduction::default() };
        assert_eq!(check(&long).unwrap_err().fields[0].field, "locale");
        assert!(check(&Introduction::default()).is_ok());
    }
}
