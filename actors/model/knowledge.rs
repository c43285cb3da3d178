//! What a chatbot has read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use super::{AccountId, ChatbotId, ChunkId, DocumentId, SourceId, Timestamp};

/// SHA-256 of a document's text, by which an unchanged source is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// One stored version of a source's text. Never changed: a new version is a new document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub document_id: DocumentId,
    /// The source it was read from.
    pub source_id: SourceId,
    /// The chatbot that may use it.
    pub chatbot_id: ChatbotId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The title people know it by.
    pub title: Arc<str>,
    /// Where it came from, for web pages.
    pub url: Option<Arc<str>>,
    /// The text, as plain text or Markdown; citations quote it to the letter.
    pub text: Arc<str>,
    /// SHA-256 of `text`.
    pub content_hash: ContentHash,
    /// When it was read.
    pub created_at: Timestamp,
}

/// A passage: what is searched and cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its id.
    pub chunk_id: ChunkId,
    /// The source.
    pub source_id: SourceId,
    /// The document version whose bytes `span` counts.
    pub document_id: DocumentId,
    /// The source's title.
    pub title: Arc<str>,
    /// Where the source can be read.
    pub url: Option<Arc<str>>,
    /// First and one-past-last byte of `text` in the document version's text.
    pub span: Range<usize>,
    /// Exactly the document's bytes at `span`.
    pub text: Arc<str>,
}

/// A passage that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What was found.
    pub passage: Passage,
    /// How well it matches; higher is better, comparable within one search only.
    pub score: f32,
    /// What each stage gave.
    pub stages: StageScores,
}

/// A shared passage.
pub type Passage = Arc<Chunk>;

/// The score of each retrieval stage that took part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct StageScores {
    /// Okapi BM25.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bm25: Option<f32>,
    /// Share of the question's weighted terms that the passage holds, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f32>,
}
