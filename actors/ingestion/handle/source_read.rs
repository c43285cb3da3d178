//! What a job tells when it has succeeded.

use actix::Message;
use tokio::sync::oneshot;

use crate::model::ChatbotId;

/// A source of the chatbot was read: its index has something new.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SourceRead {
    /// The chatbot.
    pub chatbot_id: ChatbotId,
    /// Told when this process's chatbot finds it; dropped where it does not live here.
    pub found: oneshot::Sender<()>,
}
