//! A chatbot as every turn reads it: one immutable value, swapped whole by its owner.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Finder;
use super::knowledge::Index;
use crate::model::{ChatbotConfig, ChatbotRecord, Hit, PublicConfig};

/// What the path of a message reads of a chatbot.
pub struct ChatbotView {
    /// The configuration in force.
    pub record: ChatbotRecord,
    /// What visitors' browsers get of it.
    pub public: Arc<PublicConfig>,
    /// What it has read.
    pub index: Arc<Index>,
    finder: Arc<Finder>,
}

impl ChatbotView {
    /// A view of a stored chatbot that finds by words alone.
    #[must_use]
    pub fn new(record: ChatbotRecord, index: Arc<Index>) -> Self {
        let public = Arc::new(record.config.public(record.chatbot_id));
        Self { record, public, index, finder: Arc::default() }
    }

    /// The same view, finding with more than words.
    #[must_use]
    pub fn finding_with(self, finder: Finder) -> Self {
        Self { finder: Arc::new(finder), ..self }
    }

    /// The same knowledge, found in the same way, under another configuration.
    #[must_use]
    pub fn configured_as(&self, config: ChatbotConfig) -> Self {
        let record = ChatbotRecord { config, ..self.record.clone() };
        let view = Self::new(record, Arc::clone(&self.index));
        Self { finder: Arc::clone(&self.finder), ..view }
    }

    /// The passages that answer a question best, best first.
    pub async fn find(&self, question: &str, limit: usize) -> Vec<Hit> {
        self.finder.find(&self.index, question, limit).await
    }
}

/// The view in force.
pub type SharedView = Arc<ArcSwap<ChatbotView>>;
