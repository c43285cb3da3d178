//! The client of the object store.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// How long the store may take to let us in, and to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
/// Attempts of one call, the first included.
const ATTEMPTS: u32 = 3;

/// Where the bucket is, and the key to it.
#[derive(Debug, Clone)]
pub struct S3Access {
    /// The store's address; none is Amazon's own.
    pub endpoint: Option<Url>,
    /// The address under which browsers reach it, where that is another.
    pub public_endpoint: Option<Url>,
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key itself.
    pub secret_access_key: SecretString,
    /// How the bucket is named in addresses of a store that is not Amazon's.
    pub addressing: Addressing,
}

/// How the bucket is named in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// In its path, as most stores want it.
    Path,
    /// In its host.
    Host,
}

impl S3Access {
    /// A client for our own calls.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client_at(self.endpoint.as_ref())
    }

    /// A client whose signed addresses lead browsers to the store.
    #[must_use]
    pub fn signing_client(&self) -> Client {
        self.client_at(self.public_endpoint.as_ref().or(self.endpoint.as_ref()))
    }

    /// The same account's bucket elsewhere makes no difference to its keys: static ones are all that is supported.
    fn client_at(&self, endpoint: Option<&Url>) -> Client {
        let key = Credentials::new(
            &self.access_key_id,
            self.secret_access_key.expose_secret(),
            None,
            None,
            "settings",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(key)
            .http_client(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            // Stores other than Amazon's know few of the newer checksums; sizes and our own SHA-256 are checked anyway.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = endpoint {
            config =
                config.endpoint_url(endpoint.as_str()).force_path_style(self.addressing == Addressing::Path);
        }
        Client::from_conf(config.build())
    }
}
