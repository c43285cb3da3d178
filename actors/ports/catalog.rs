//! Chatbots as they are stored.

use async_trait::async_trait;

use super::PortError;
use crate::model::{ChatbotId, ChatbotRecord};

/// Where chatbots are found.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// The chatbot with the configuration in force, or none where it doesn't exist or was deleted.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn find(&self, chatbot: ChatbotId) -> Result<Option<ChatbotRecord>, PortError>;
}
