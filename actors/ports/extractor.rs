//! Bytes to text.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Indexing;

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

/// A page of the web: what it says and where it leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebPage {
    /// The title that it gives itself.
    pub title: Option<String>,
    /// Plain text or Markdown; empty where it only leads elsewhere.
    pub text: String,
    /// Where it leads; nowhere for what is no HTML.
    pub outline: Outline,
}

/// Where a page or a sitemap leads, as it says itself: addresses are relative where it writes them so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The address that others are relative to, if it is not the page's own.
    #[serde(default)]
    pub base: Option<String>,
    /// The pages that are linked to or listed, in order.
    #[serde(default)]
    pub links: Vec<String>,
    /// The sitemaps that are listed.
    #[serde(default)]
    pub sitemaps: Vec<String>,
    /// The address that the page would rather go by.
    #[serde(default)]
    pub canonical: Option<String>,
    /// Whether the page lets itself be found by searches.
    #[serde(default)]
    pub indexing: Indexing,
    /// Whether its links may be followed.
    #[serde(default)]
    pub following: Following,
}

/// Whether a page lets its links be followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Following {
    /// It does.
    #[default]
    Allowed,
    /// It says `nofollow`.
    Forbidden,
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

    /// What a page of the web says and where it leads.
    ///
    /// # Errors
    /// When it can't be read; trying again won't help.
    async fn page(&self, raw: Raw) -> Result<WebPage, ExtractError>;

    /// What a sitemap lists (sitemaps.org, protocol 0.9), compressed or not, or a text with an address a line.
    ///
    /// # Errors
    /// When it is none; trying again won't help.
    async fn sitemap(&self, raw: Raw) -> Result<Outline, ExtractError>;
}
