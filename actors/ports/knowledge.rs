//! What chatbots have read.

use async_trait::async_trait;

use super::PortError;
use crate::model::{ChatbotId, Chunk, ContentHash, Document, SourceId};

/// A document version with its passages: what one successful job stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The version.
    pub document: Document,
    /// Its passages, in order.
    pub chunks: Vec<Chunk>,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is the current version.
    Done,
    /// It is not: the plan has no room for it.
    NoRoom {
        /// Bytes of text that the plan allows.
        limit: u64,
        /// Bytes that the account's sources have.
        kept: u64,
    },
}

/// Where documents and passages are kept.
#[async_trait]
pub trait Knowledge: Send + Sync {
    /// The passages of the current document versions of a chatbot's sources.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn chunks(&self, chatbot: ChatbotId) -> Result<Vec<Chunk>, PortError>;

    /// The hash of the source's current document version, if it has one.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn content_hash(&self, source: SourceId) -> Result<Option<ContentHash>, PortError>;

    /// Makes a reading the source's current version, in one transaction: whoever searches finds the old version
    /// or the new one, whole. Doing it again with the same ids changes nothing. A text that makes its account keep more
    /// than its plan allows is left out.
    ///
    /// # Errors
    /// When it can't be stored; nothing has changed then.
    async fn replace(&self, reading: Reading) -> Result<Replaced, PortError>;
}
