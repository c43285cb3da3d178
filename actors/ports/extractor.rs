//! Bytes to text.

use async_trait::async_trait;
use bytes::Bytes;

/// Bytes as they were uploaded or fetched, with what is claimed of them.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The content.
    pub bytes: Bytes,
    /// The file's name or the last part of the address.
    pub filename: String,
    /// The media type that the uploader or server claims; the content decides.
    pub content_type: String,
}

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The title that the document gives itself.
    pub title: Option<String>,
    /// Plain text or Markdown, never empty.
    pub text: String,
}

/// Why there is no text. Each says what the owner can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// The content is of a kind that is not read.
    #[error(
        "`{0}` is not a kind of file that can be read. Upload a PDF, DOCX, PPTX, XLSX, ODT, EPUB, HTML, Markdown, CSV, \
         JSON or text file."
    )]
    UnsupportedType(String),
    /// The content is of another kind than its name says.
    #[error(
        "The file is called {claimed} but is {found}. Give it its right name, or save it anew, and upload that."
    )]
    Mismatch {
        /// What its name says, with an article.
        claimed: String,
        /// What it is, with an article.
        found: String,
    },
    /// The content is damaged or locked.
    #[error("The file can't be read: {0}. Check that it opens on your computer and upload it again.")]
    Malformed(String),
    /// It is made in a way that only harmful files are.
    #[error(
        "The file is refused: {0}. If you trust it, save it anew with the program it belongs to and upload that."
    )]
    Suspicious(String),
    /// There are no words in it.
    #[error("The document has no text. If it is a scan, run text recognition on it first.")]
    Empty,
    /// It is larger than what is read.
    #[error("The document is too large: {0}. Split it and upload the parts.")]
    TooLarge(String),
}

impl ExtractError {
    /// The stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedType(_) => "unsupported_type",
            Self::Mismatch { .. } => "type_mismatch",
            Self::Malformed(_) => "malformed_document",
            Self::Suspicious(_) => "suspicious_document",
            Self::Empty => "empty_document",
            Self::TooLarge(_) => "document_too_large",
        }
    }
}

/// Reads text out of bytes, away from the threads that serve conversations.
#[async_trait]
pub trait Extractor: Send + Sync {
    /// The text of the document.
    ///
    /// # Errors
    /// When there is none to be had; trying again won't help.
    async fn extract(&self, raw: Raw) -> Result<Extracted, ExtractError>;
}
