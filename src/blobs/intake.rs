//! How files come in: straight into the store, by addresses that are their own permission.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use aihio_actors::model::{AccountId, FileHash, Timestamp, UploadId};
use aihio_actors::ports::{BlobKey, PortError};
use async_trait::async_trait;

use super::LocalBlobs;

/// A file that is announced.
#[derive(Debug, Clone)]
pub struct Announced {
    /// Its id.
    pub upload_id: UploadId,
    /// Whose it will be.
    pub account_id: AccountId,
    /// Where it will lie.
    pub key: BlobKey,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// The SHA-256 of its bytes, where the uploader has said it.
    pub sha256: Option<FileHash>,
    /// Now.
    pub at: Timestamp,
    /// Until when it may be sent.
    pub expires_at: Timestamp,
}

/// An address that bytes may be put to, and with what headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The address.
    pub url: String,
    /// Headers that must be sent as they are; `Content-Length` follows from the bytes.
    pub headers: BTreeMap<String, String>,
}

/// Where uploads are sent to.
#[async_trait]
pub trait Intake: Send + Sync {
    /// Permission to send the whole file at once.
    ///
    /// # Errors
    /// When none can be made.
    async fn permit(&self, file: &Announced) -> Result<Permission, PortError>;

    /// The way for large files, where the store has one.
    fn in_parts(&self) -> Option<&dyn PartsIntake>;

    /// Where this server puts what is sent to itself, where that is the way.
    fn receiver(&self) -> Option<&LocalBlobs>;

    /// The origin that browsers send to (RFC 6454), where it is not this server's own.
    fn origin(&self) -> Option<&str>;
}

/// Where large files are sent to in parts, each of which can be sent again by itself.
#[async_trait]
pub trait PartsIntake: Send + Sync {
    /// The size of each part but the last, for files that are better sent so.
    fn part_bytes(&self, size: u64) -> Option<NonZeroU64>;

    /// Begins, and gives permission for each part, in order.
    ///
    /// # Errors
    /// When the store can't be reached or refuses.
    async fn begin(&self, file: &Announced) -> Result<Parts, PortError>;

    /// Puts the parts together. `tags` are what the store answered to each, in order.
    ///
    /// # Errors
    /// When the store can't be reached.
    async fn complete(&self, key: &BlobKey, parts_id: &str, tags: &[String])
    -> Result<Completion, PortError>;

    /// Forgets the parts; that there are none is no error.
    ///
    /// # Errors
    /// When the store can't be reached.
    async fn abort(&self, key: &BlobKey, parts_id: &str) -> Result<(), PortError>;
}

/// A file on its way in parts.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The store's name for it.
    pub parts_id: String,
    /// One for each part.
    pub permissions: Vec<Permission>,
}

/// What became of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// They are one file now.
    Whole,
    /// A part is missing, or is not the one that was named.
    Refused,
}
