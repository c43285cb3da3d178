//! A chatbot as every turn reads it: one immutable value, swapped whole by its owner.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::knowledge::Index;
use crate::model::{ChatbotRecord, PublicConfig};

/// What the path of a message reads of a chatbot.
pub struct ChatbotView {
    /// The configuration in force.
    pub record: ChatbotRecord,
    /// What visitors' browsers get of it.
    pub public: Arc<PublicConfig>,
    /// What it has read.
    pub index: Arc<Index>,
}

impl ChatbotView {
    /// A view of a stored chatbot.
    #[must_use]
    pub fn new(record: ChatbotRecord, index: Arc<Index>) -> Self {
        let public = Arc::new(record.config.public(record.chatbot_id));
        Self { record, public, index }
    }
}

/// The view in force.
pub type SharedView = Arc<ArcSwap<ChatbotView>>;
