//! Where uploaded files are kept.

use std::num::NonZeroU64;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::load::Flaw;
use super::value;

/// The smallest part, but for the last, and the largest (Amazon S3, multipart upload limits).
const PART_BYTES: std::ops::RangeInclusive<u64> = 5 << 20..=5 << 30;

/// Section `storage`.
#[derive(Debug, Clone, Deserialize)]
pub struct StorageSettings {
    /// The object store; without a bucket uploads lie in the data folder.
    pub s3: S3Settings,
}

/// Section `storage.s3`.
#[derive(Debug, Clone, Deserialize)]
pub struct S3Settings {
    /// The store's address; none is Amazon's own.
    #[serde(deserialize_with = "value::optional")]
    pub endpoint: Option<Url>,
    /// The address under which browsers reach it, where that is another.
    #[serde(deserialize_with = "value::optional")]
    pub public_endpoint: Option<Url>,
    /// The bucket for uploads; none is to do without a store.
    #[serde(deserialize_with = "value::optional")]
    pub bucket: Option<String>,
    /// Its region.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key itself.
    #[serde(deserialize_with = "value::optional_secret")]
    pub secret_access_key: Option<SecretString>,
    /// Whether a store with an address of its own finds the bucket in the path, and not in the host.
    pub path_style: bool,
    /// Files of so many bytes and more are sent in parts.
    pub multipart_bytes_min: u64,
    /// Bytes of each part but the last.
    pub part_bytes: NonZeroU64,
}

impl StorageSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        let s3 = &self.s3;
        Flaw::unless_within("storage.s3.part_bytes", s3.part_bytes.get(), PART_BYTES)?;
        Flaw::unless_within("storage.s3.multipart_bytes_min", s3.multipart_bytes_min, 1..=5 << 30)?;
        for (key, endpoint) in
            [("storage.s3.endpoint", &s3.endpoint), ("storage.s3.public_endpoint", &s3.public_endpoint)]
        {
            let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
            if endpoint.as_ref().is_some_and(|url| !is_web(url)) {
                return Err(Flaw::new(key, "it must begin with http:// or https://"));
            }
        }
        let Some(bucket) = &s3.bucket else {
            return match s3.endpoint {
                Some(_) => {
                    Err(Flaw::new("storage.s3.bucket", "a store needs a bucket: set storage.s3.bucket"))
                }
                None => Ok(()),
            };
        };
        if !is_bucket_name(bucket) {
            return Err(Flaw::new("storage.s3.bucket", "it must be 3 to 63 of a-z, 0-9, `.` and `-`"));
        }
        let missing = [
            ("storage.s3.region", s3.region.is_empty()),
            ("storage.s3.access_key_id", s3.access_key_id.is_empty()),
            ("storage.s3.secret_access_key", s3.secret_access_key.is_none()),
        ];
        match missing.into_iter().find(|(_, missing)| *missing) {
            Some((key, _)) => Err(Flaw::new(key, "it is missing, and storage.s3.bucket is set")),
            None => Ok(()),
        }
    }
}

/// Amazon's rules for names, as far as they keep addresses whole.
fn is_bucket_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    (3..=63).contains(&name.len())
        && name.bytes().all(fits)
        && !name.starts_with(['.', '-'])
        && !name.ends_with(['.', '-'])
}
