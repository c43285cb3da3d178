//! What survives a chatbot's life: the catalog has its configuration, the knowledge store its passages, and its
//! sessions go on without it. A new life is built from these.

use std::sync::Arc;

use super::ChatbotView;
use super::knowledge::Index;
use crate::model::{ChatbotRecord, Chunk};

/// The view of what is stored. Takes time in proportion to the text: not for a thread that serves sessions.
pub(super) fn rebuild(record: ChatbotRecord, chunks: Vec<Chunk>) -> ChatbotView {
    ChatbotView::new(record, Arc::new(Index::build(chunks)))
}
