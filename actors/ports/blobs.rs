//! Uploaded bytes.

use async_trait::async_trait;
use bytes::Bytes;

use super::PortError;

/// The name of a blob: made by us, never by an uploader.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobKey(pub String);

/// Where uploaded bytes are kept.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Keeps bytes under a key.
    ///
    /// # Errors
    /// When they can't be kept.
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), PortError>;

    /// The bytes, or none.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, PortError>;

    /// How many bytes there are, or none.
    ///
    /// # Errors
    /// When the store can't be read.
    async fn size(&self, key: &BlobKey) -> Result<Option<u64>, PortError>;

    /// Forgets the bytes; that there are none is no error.
    ///
    /// # Errors
    /// When the store can't be written.
    async fn delete(&self, key: &BlobKey) -> Result<(), PortError>;
}
