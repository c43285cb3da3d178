//! What a job tells when it has succeeded.

use actix::Message;

use crate::model::ChatbotId;

/// A source of the chatbot was read: its index has something new.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct SourceRead {
    /// The chatbot.
    pub chatbot_id: ChatbotId,
}
