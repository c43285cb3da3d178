//! What the object store's refusals mean, and what to do about them.

use std::error::Error;
use std::fmt::Debug;

use aihio_actors::ports::PortError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{BuildError, ProvideErrorMetadata, SdkError};

use super::PORT;

/// A call that failed.
#[derive(Debug, thiserror::Error)]
#[error("{trouble}")]
pub struct S3Fault {
    /// What is wrong.
    pub trouble: S3Trouble,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

/// What can be wrong. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum S3Trouble {
    /// Nobody answers.
    #[error(
        "the object store can't be reached. Check storage.s3.endpoint and that a firewall lets this machine through"
    )]
    Unreachable,
    /// There is no such bucket.
    #[error("there is no such bucket. Make it, or set storage.s3.bucket to one that exists")]
    NoBucket,
    /// The key is unknown, or the secret is not its own.
    #[error(
        "the store doesn't accept the key. Check storage.s3.access_key_id and storage.s3.secret_access_key"
    )]
    WrongKey,
    /// The key opens other things.
    #[error(
        "the key may not do this. Allow it s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListBucket, \
         ListBucketMultipartUploads, Get- and PutBucketCORS on the bucket"
    )]
    Forbidden,
    /// The bucket is in another region.
    #[error("the bucket is in another region{}. Set storage.s3.region to it", .0.as_deref().map(|region| format!(", {region}")).unwrap_or_default())]
    WrongRegion(Option<String>),
    /// Signatures carry the time, and ours is wrong.
    #[error("this machine's clock differs from the store's by minutes. Set it, or let NTP do it")]
    ClockSkew,
    /// Something else, in the store's words.
    #[error("the object store answers {0}")]
    Other(String),
}

impl S3Fault {
    /// Understands the failure of a call.
    pub fn of<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + Debug + 'static,
    {
        Self { trouble: trouble(&error), source: error.into() }
    }

    /// A call that could not even be put together.
    pub(super) fn unmade(error: BuildError) -> Self {
        Self { trouble: S3Trouble::Other("nothing, as it could not be asked".into()), source: error.into() }
    }

    /// As the failure of a port: what an operator can mend may be mended by the next attempt.
    #[must_use]
    pub fn into_port(self) -> PortError {
        tracing::error!(error = &self as &dyn Error, "the object store fails");
        PortError::transient(PORT, self)
    }
}

fn trouble<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> S3Trouble {
    let Some(response) = error.raw_response() else { return S3Trouble::Unreachable };
    let header = |name| response.headers().get(name).map(str::to_owned);
    let status = response.status().as_u16();
    match (error.code().unwrap_or_default(), status) {
        ("NoSuchBucket", _) => S3Trouble::NoBucket,
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch", _) => S3Trouble::WrongKey,
        ("RequestTimeTooSkewed", _) => S3Trouble::ClockSkew,
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _)
        | (_, 301) => S3Trouble::WrongRegion(header("x-amz-bucket-region")),
        ("AccessDenied", _) | (_, 403) => S3Trouble::Forbidden,
        // A HEAD has no body to name the code in.
        ("" | "NotFound", 404) => S3Trouble::NoBucket,
        (code, status) => S3Trouble::Other(format!("{status} {code}").trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::http::HttpResponse;
    use aws_sdk_s3::error::ErrorMetadata;
    use aws_sdk_s3::operation::get_object::GetObjectError;
    use aws_sdk_s3::primitives::SdkBody;

    use super::*;

    fn refusal(status: u16, code: &str, headers: &[(&'static str, &'static str)]) -> S3Trouble {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        for (name, value) in headers {
            response.headers_mut().insert(*name, *value);
        }
        let error = GetObjectError::generic(ErrorMetadata::builder().code(code).build());
        trouble(&SdkError::service_error(error, response))
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let cases = [
            (refusal(404, "NoSuchBucket", &[]), "storage.s3.bucket"),
            (refusal(403, "InvalidAccessKeyId", &[]), "access_key_id"),
            (refusal(403, "SignatureDoesNotMatch", &[]), "secret_access_key"),
            (refusal(403, "AccessDenied", &[]), "s3:GetObject"),
            (refusal(403, "RequestTimeTooSkewed", &[]), "NTP"),
            (
                refusal(301, "PermanentRedirect", &[("x-amz-bucket-region", "eu-north-1")]),
                "region, eu-north-1",
            ),
            (refusal(400, "AuthorizationHeaderMalformed", &[]), "storage.s3.region"),
            (refusal(503, "SlowDown", &[]), "503 SlowDown"),
        ];
        for (trouble, words) in cases {
            assert!(trouble.to_string().contains(words), "{trouble}");
        }
        let unreachable = SdkError::<GetObjectError, HttpResponse>::timeout_error("slow");
        assert_eq!(trouble(&unreachable), S3Trouble::Unreachable);
    }
}
