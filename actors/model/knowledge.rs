//! What a chatbot has read.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{AccountId, ChatbotId, ChunkId, DocumentId, SourceId, Timestamp};

/// SHA-256 of a file's bytes, in text 64 hexadecimal digits: what its uploader says they are, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileHash(pub [u8; 32]);

impl FileHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// The text is no SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is written as 64 hexadecimal digits")]
pub struct NoFileHash;

impl FromStr for FileHash {
    type Err = NoFileHash;

    fn from_str(text: &str) -> Result<Self, NoFileHash> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let digits = |pair: &[u8; 2]| {
            let text =
                std::str::from_utf8(pair).ok().filter(|text| text.chars().all(|c| c.is_ascii_hexdigit()))?;
            u8::from_str_radix(text, 16).ok()
        };
        let bytes: Option<Vec<u8>> = pairs.iter().map(digits).collect();
        let bytes = bytes.filter(|_| rest.is_empty()).ok_or(NoFileHash)?;
        bytes.try_into().map(Self).map_err(|_| NoFileHash)
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl TryFrom<String> for FileHash {
    type Error = NoFileHash;

    fn try_from(text: String) -> Result<Self, NoFileHash> {
        text.parse()
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.to_string()
    }
}

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
    /// Cosine of the question's vector and the passage's, -1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<f32>,
    /// Words and vectors together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fused: Option<f32>,
    /// How close the question's words stand to one another in the passage, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closeness: Option<f32>,
    /// What a reranking model says of the passage; its range is the model's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rerank: Option<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_hash_is_read_as_it_is_written() {
        let hash = FileHash::of(b"hello");
        let text = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!((hash.to_string().as_str(), text.parse()), (text, Ok(hash)));
        assert_eq!(text.to_uppercase().parse(), Ok(hash));
        for wrong in ["", "2c", &text[..63], &format!("{text}00"), &text.replace('2', "+")] {
            assert_eq!(wrong.parse::<FileHash>(), Err(NoFileHash), "{wrong}");
        }
    }
}
