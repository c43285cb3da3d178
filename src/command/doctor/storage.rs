//! The bucket for uploads: there, ours to use, and open to the browsers that send to it.

use aihio_actors::ports::{BlobKey, Blobs, PortError};
use bytes::Bytes;
use url::Url;

use super::super::unique::unique;
use super::Mending;
use super::finding::{Finding, innermost};
use crate::app::bucket_access;
use crate::blobs::s3::{CorsState, S3Access, S3Blobs, S3Fault, allow_uploads, uploads_allowed};
use crate::settings::Settings;

const WHAT: &str = "storage.s3";
/// What is written and read back.
const PROBE: &[u8] = b"aihio doctor";

/// What is found of the bucket, if there is one.
pub(super) async fn check(settings: &Settings, mending: Mending) -> Vec<Finding> {
    let Some(access) = bucket_access(&settings.storage.s3) else { return Vec::new() };
    let blobs = S3Blobs::new(&access, PROBE.len() as u64);
    if let Err(fault) = blobs.ping().await {
        return vec![broken(&fault)];
    }
    vec![
        use_once(&access.bucket, &blobs).await,
        cors(&access, &origin(&settings.public_url()), mending).await,
    ]
}

/// The origin of the dashboard's pages.
fn origin(public_url: &str) -> String {
    Url::parse(public_url).map_or_else(|_| public_url.to_owned(), |url| url.origin().ascii_serialization())
}

async fn use_once(bucket: &str, blobs: &S3Blobs) -> Finding {
    match try_out(blobs).await {
        Ok(true) => Finding::fine(WHAT, format!("{bucket}: objects can be written, read and deleted")),
        Ok(false) => Finding::broken(
            WHAT,
            format!("{bucket}: what was written is not what is read"),
            "Look into the store's logs: something between it and this machine changes what is sent.",
        ),
        Err(error) => {
            let mend =
                "Allow the key s3:GetObject, s3:PutObject and s3:DeleteObject on the bucket's objects.";
            Finding::broken(WHAT, format!("{bucket}: {}", without_mend(&error)), mend)
        }
    }
}

async fn try_out(blobs: &S3Blobs) -> Result<bool, PortError> {
    let key = BlobKey(format!("doctor/{}", unique()));
    blobs.put(&key, Bytes::from_static(PROBE)).await?;
    let read = blobs.get(&key).await?;
    blobs.delete(&key).await?;
    Ok(read.as_deref() == Some(PROBE) && blobs.size(&key).await?.is_none())
}

async fn cors(access: &S3Access, origin: &str, mending: Mending) -> Finding {
    let bucket = &access.bucket;
    match (uploads_allowed(access, origin).await, mending) {
        (Ok(CorsState::Allowed), _) => {
            Finding::fine(WHAT, format!("{bucket}: pages of {origin} may send files"))
        }
        (Ok(CorsState::Missing), Mending::Allowed) => match allow_uploads(access, origin).await {
            Ok(()) => {
                Finding::fine(WHAT, format!("{bucket}: mended, pages of {origin} may now send files (CORS)"))
            }
            Err(fault) => broken(&fault),
        },
        (Ok(CorsState::Missing), Mending::Forbidden) => Finding::broken(
            WHAT,
            format!("{bucket}: pages of {origin} may not send files (CORS)"),
            "Run `aihio doctor --fix`; if that is not the dashboard's address, set http.public_url first.",
        ),
        (Err(fault), _) => broken(&fault),
    }
}

/// A trouble says what is wrong, and then what to do.
fn broken(fault: &S3Fault) -> Finding {
    let said = fault.trouble.to_string();
    let (problem, mend) = said.split_once(". ").unwrap_or((&said, "Look into the store's logs."));
    Finding::broken(WHAT, problem, format!("{}.", mend.trim_end_matches('.')))
}

fn without_mend(error: &PortError) -> String {
    let said = error.source.downcast_ref::<S3Fault>().map(|fault| fault.trouble.to_string());
    let said = said.unwrap_or_else(|| innermost(error));
    said.split(". ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_pages_has_no_path_and_no_usual_port() {
        assert_eq!(origin("https://chat.example.com:443/"), "https://chat.example.com");
        assert_eq!(origin("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
