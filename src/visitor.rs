//! Visitors: who they say they are, and how their sessions begin, whichever way they come.

use aihio_actors::engine::{ChatbotHandle, Opening, SessionHandle};
use aihio_actors::model::{Epoch, IdentityMode, Refusal, RefusalCode, SessionId, SessionMeta, Visitor};

use crate::http::Service;

/// What is told of a visitor when a conversation begins.
#[derive(Debug, Clone, Default)]
pub struct Introduction {
    /// Who speaks.
    pub visitor: Visitor,
    /// The language, as a BCP 47 tag.
    pub locale: Option<String>,
    /// The page it begins on.
    pub page_url: Option<String>,
}

/// Begins a conversation.
///
/// # Errors
/// When the chatbot asks who comes and is not told, or can't take more conversations now.
pub async fn begin_session(
    service: &Service,
    chatbot: &ChatbotHandle,
    introduction: Introduction,
) -> Result<SessionHandle, Refusal> {
    let visitor = identify(service, chatbot, introduction.visitor)?;
    let opened_at = service.clock.now();
    let meta = SessionMeta {
        session_id: SessionId::from_uuid(service.dice.id(opened_at)),
        chatbot_id: chatbot.id(),
        account_id: chatbot.account_id(),
        epoch: Epoch(format!("{:08x}", service.dice.next_u64() >> 32).into()),
        visitor,
        locale: introduction.locale,
        page_url: introduction.page_url,
        opened_at,
    };
    chatbot.session(Opening::New(Box::new(meta))).await
}

/// Takes a visitor's word for who it is as far as the chatbot does: an id without its proof counts for nothing.
fn identify(service: &Service, chatbot: &ChatbotHandle, visitor: Visitor) -> Result<Visitor, Refusal> {
    let proven = match (&visitor.id, &visitor.hash) {
        (Some(id), Some(hash)) => service.tokens.proves_identity(chatbot.id(), id, hash),
        _ => false,
    };
    if proven {
        return Ok(visitor);
    }
    if chatbot.view().record.config.identity.mode == IdentityMode::Required {
        let message = "This chatbot speaks to signed-in visitors only. Send `visitor.id` with its `hash`.";
        return Err(Refusal::new(RefusalCode::IdentityRequired, message));
    }
    Ok(Visitor { id: None, hash: None, ..visitor })
}
