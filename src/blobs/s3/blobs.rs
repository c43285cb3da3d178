//! Blobs as objects of a bucket.

use aihio_actors::ports::{BlobKey, Blobs, PortError};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};

use super::PORT;
use super::access::S3Access;
use super::fault::S3Fault;

/// The object is larger than anything that was announced.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the object is larger than {0} bytes, which is more than may be uploaded")]
struct TooLarge(u64);

/// Keeps each blob as an object under its key.
#[derive(Debug, Clone)]
pub struct S3Blobs {
    client: Client,
    bucket: String,
    bytes_max: u64,
}

impl S3Blobs {
    /// The bucket, none of whose objects is read beyond `bytes_max`.
    #[must_use]
    pub fn new(access: &S3Access, bytes_max: u64) -> Self {
        Self { client: access.client(), bucket: access.bucket.clone(), bytes_max }
    }

    /// Whether the bucket is there and may be looked at.
    ///
    /// # Errors
    /// When it is not.
    pub async fn ping(&self) -> Result<(), S3Fault> {
        self.client.head_bucket().bucket(&self.bucket).send().await.map_err(S3Fault::of)?;
        Ok(())
    }
}

/// Gathers an object as it comes, never more of it than may be.
async fn gather(mut body: ByteStream, announced: u64, bytes_max: u64) -> Result<Bytes, PortError> {
    let mut bytes = BytesMut::with_capacity(usize::try_from(announced.min(bytes_max)).unwrap_or_default());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|broken| PortError::transient(PORT, broken))?;
        if (bytes.len() + piece.len()) as u64 > bytes_max {
            return Err(PortError::permanent(PORT, TooLarge(bytes_max)));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), PortError> {
        let put = self.client.put_object().bucket(&self.bucket).key(&key.0).body(ByteStream::from(bytes));
        put.send().await.map_err(|error| S3Fault::of(error).into_port())?;
        Ok(())
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, PortError> {
        match self.client.get_object().bucket(&self.bucket).key(&key.0).send().await {
            Ok(object) => {
                let announced =
                    object.content_length.and_then(|length| length.try_into().ok()).unwrap_or_default();
                gather(object.body, announced, self.bytes_max).await.map(Some)
            }
            Err(error) if error.as_service_error().is_some_and(|refusal| refusal.is_no_such_key()) => {
                Ok(None)
            }
            Err(error) => Err(S3Fault::of(error).into_port()),
        }
    }

    async fn size(&self, key: &BlobKey) -> Result<Option<u64>, PortError> {
        match self.client.head_object().bucket(&self.bucket).key(&key.0).send().await {
            Ok(object) => Ok(object.content_length.and_then(|length| length.try_into().ok())),
            Err(error) if error.as_service_error().is_some_and(|refusal| refusal.is_not_found()) => Ok(None),
            Err(error) => Err(S3Fault::of(error).into_port()),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), PortError> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(&key.0);
        delete.send().await.map_err(|error| S3Fault::of(error).into_port())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aihio_actors::ports::Fault;

    use super::*;

    #[tokio::test]
    async fn no_more_is_gathered_than_may_be() {
        let body = || ByteStream::from_static(b"0123456789");
        assert_eq!(gather(body(), 10, 10).await.unwrap().len(), 10);
        let refused = gather(body(), 3, 9).await.unwrap_err();
        assert_eq!(refused.fault, Fault::Permanent);
    }
}
