//! Signed addresses into the bucket (AWS Signature Version 4): each for one key, method, type and length, for minutes.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, SystemTime};

use aihio_actors::ports::{BlobKey, PortError};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::PORT;
use super::access::S3Access;
use super::fault::S3Fault;
use crate::blobs::LocalBlobs;
use crate::blobs::intake::{Announced, Completion, Intake, Parts, PartsIntake, Permission};

/// A store gathers at most so many parts (Amazon S3, multipart upload limits).
const PARTS_MAX: u64 = 10_000;

/// When files are sent in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSizes {
    /// Files of so many bytes and more are.
    pub file_bytes_min: u64,
    /// Bytes of each part but the last.
    pub part_bytes: NonZeroU64,
}

/// Sends files straight into the bucket.
#[derive(Debug, Clone)]
pub struct S3Intake {
    client: Client,
    signing: Client,
    bucket: String,
    sizes: PartSizes,
    origin: Option<String>,
}

impl S3Intake {
    /// The way into the bucket.
    #[must_use]
    pub fn new(access: &S3Access, sizes: PartSizes) -> Self {
        let endpoint = access.public_endpoint.as_ref().or(access.endpoint.as_ref());
        let origin = match endpoint {
            Some(endpoint) => endpoint_origin(endpoint, access),
            None => format!("https://{}.s3.{}.amazonaws.com", access.bucket, access.region),
        };
        Self {
            client: access.client(),
            signing: access.signing_client(),
            bucket: access.bucket.clone(),
            sizes,
            origin: Some(origin),
        }
    }
}

fn endpoint_origin(endpoint: &Url, access: &S3Access) -> String {
    let origin = endpoint.origin().ascii_serialization();
    match access.addressing {
        super::Addressing::Path => origin,
        super::Addressing::Host => origin.replacen("://", &format!("://{}.", access.bucket), 1),
    }
}

/// An address is signed from the product's own time on.
fn validity(file: &Announced) -> Result<PresigningConfig, PortError> {
    let lifetime = (file.expires_at - file.at).to_std().unwrap_or(Duration::ZERO);
    PresigningConfig::builder()
        .start_time(SystemTime::from(file.at))
        .expires_in(lifetime)
        .build()
        .map_err(|error| PortError::permanent(PORT, error))
}

fn permission(signed: &PresignedRequest) -> Permission {
    let headers = signed.headers().filter(|(name, _)| !matches!(*name, "host" | "content-length"));
    Permission {
        url: signed.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>(),
    }
}

fn length(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[async_trait]
impl Intake for S3Intake {
    async fn permit(&self, file: &Announced) -> Result<Permission, PortError> {
        let put = self
            .signing
            .put_object()
            .bucket(&self.bucket)
            .key(&file.key.0)
            .content_type(&file.content_type)
            .content_length(length(file.size))
            .set_checksum_sha256(file.sha256.map(|hash| STANDARD.encode(hash.0)));
        let signed = put.presigned(validity(file)?).await;
        Ok(permission(&signed.map_err(|error| S3Fault::of(error).into_port())?))
    }

    fn in_parts(&self) -> Option<&dyn PartsIntake> {
        Some(self)
    }

    fn receiver(&self) -> Option<&LocalBlobs> {
        None
    }

    fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }
}

#[async_trait]
impl PartsIntake for S3Intake {
    fn part_bytes(&self, size: u64) -> Option<NonZeroU64> {
        let fewest = NonZeroU64::new(size.div_ceil(PARTS_MAX))?;
        (size >= self.sizes.file_bytes_min).then(|| self.sizes.part_bytes.max(fewest))
    }

    async fn begin(&self, file: &Announced) -> Result<Parts, PortError> {
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(&file.key.0);
        let begun = create.content_type(&file.content_type).send().await;
        let begun = begun.map_err(|error| S3Fault::of(error).into_port())?;
        let parts_id =
            begun.upload_id.ok_or_else(|| PortError::transient(PORT, "the store named no upload"))?;
        let part_bytes = self.part_bytes(file.size).unwrap_or(self.sizes.part_bytes);
        let mut permissions = Vec::new();
        let (mut number, mut left) = (1, file.size);
        while left > 0 {
            let bytes = left.min(part_bytes.get());
            let part = self
                .signing
                .upload_part()
                .bucket(&self.bucket)
                .key(&file.key.0)
                .upload_id(&parts_id)
                .part_number(number)
                .content_length(length(bytes));
            let signed = part.presigned(validity(file)?).await;
            permissions.push(permission(&signed.map_err(|error| S3Fault::of(error).into_port())?));
            (number, left) = (number + 1, left - bytes);
        }
        Ok(Parts { parts_id, permissions })
    }

    async fn complete(
        &self,
        key: &BlobKey,
        parts_id: &str,
        tags: &[String],
    ) -> Result<Completion, PortError> {
        let parts = (1..)
            .zip(tags)
            .map(|(number, tag)| CompletedPart::builder().part_number(number).e_tag(tag).build());
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(&key.0);
        match complete.upload_id(parts_id).multipart_upload(parts).send().await {
            Ok(_) => Ok(Completion::Whole),
            Err(error) => match error.code() {
                Some(
                    "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" | "NoSuchUpload" | "MalformedXML",
                ) => Ok(Completion::Refused),
                _ => Err(S3Fault::of(error).into_port()),
            },
        }
    }

    async fn abort(&self, key: &BlobKey, parts_id: &str) -> Result<(), PortError> {
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&key.0).upload_id(parts_id);
        match abort.send().await {
            Err(error) if error.code() != Some("NoSuchUpload") => Err(S3Fault::of(error).into_port()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use aihio_actors::model::{AccountId, FileHash, Timestamp, UploadId};
    use uuid::Uuid;

    use super::super::Addressing;
    use super::*;

    fn access() -> S3Access {
        S3Access {
            endpoint: Some("http://store.internal:9000".parse().unwrap()),
            public_endpoint: Some("https://files.example.com".parse().unwrap()),
            bucket: "uploads".into(),
            region: "eu-north-1".into(),
            access_key_id: "AKID".into(),
            secret_access_key: "secret".into(),
            addressing: Addressing::Path,
        }
    }

    fn intake() -> S3Intake {
        let part_bytes = NonZeroU64::new(5 << 20).unwrap();
        S3Intake::new(&access(), PartSizes { file_bytes_min: 10 << 20, part_bytes })
    }

    fn announced() -> Announced {
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        Announced {
            upload_id: UploadId::from_uuid(Uuid::nil()),
            account_id: AccountId::from_uuid(Uuid::nil()),
            key: BlobKey("uploads/a/b".into()),
            size: 5,
            content_type: "text/plain".into(),
            sha256: Some(FileHash::of(b"hello")),
            at,
            expires_at: at + Duration::from_secs(900),
        }
    }

    #[tokio::test]
    async fn an_address_is_for_one_file_as_it_was_announced() {
        let Permission { url, headers } = intake().permit(&announced()).await.unwrap();
        assert!(url.starts_with("https://files.example.com/uploads/uploads/a/b?"), "{url}");
        let query: BTreeMap<String, String> = Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        assert_eq!(query["X-Amz-Expires"], "900");
        let signed = &query["X-Amz-SignedHeaders"];
        for header in ["content-length", "content-type", "host", "x-amz-checksum-sha256"] {
            assert!(signed.split(';').any(|name| name == header), "{header} is not in {signed}");
        }
        assert_eq!(headers["content-type"], "text/plain");
        assert_eq!(headers["x-amz-checksum-sha256"], "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
    }

    #[test]
    fn large_files_come_in_parts_and_never_in_too_many() {
        let bytes = |size| intake().part_bytes(size).map(NonZeroU64::get);
        assert_eq!(bytes((10 << 20) - 1), None);
        assert_eq!(bytes(10 << 20), Some(5 << 20));
        assert_eq!(bytes(5 << 40), Some((5_u64 << 40).div_ceil(PARTS_MAX)));
    }

    #[test]
    fn browsers_are_told_where_they_will_send_to() {
        assert_eq!(intake().origin(), Some("https://files.example.com"));
        let sizes = intake().sizes;
        let by_host = S3Access { addressing: Addressing::Host, ..access() };
        assert_eq!(S3Intake::new(&by_host, sizes).origin(), Some("https://uploads.files.example.com"));
        let amazon = S3Access { endpoint: None, public_endpoint: None, ..access() };
        assert_eq!(
            S3Intake::new(&amazon, sizes).origin(),
            Some("https://uploads.s3.eu-north-1.amazonaws.com")
        );
    }
}
