//! Parts of files whose uploaders went away: the store keeps them, and bills them, until somebody says otherwise.

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::Timestamp;
use aihio_actors::ports::Clock;

use super::access::S3Access;
use super::fault::S3Fault;

/// Where our uploads lie in the bucket.
const PREFIX: &str = "uploads/";
/// An upload that began longer ago has been given up: its addresses were good for minutes.
const STALE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// Forgets parts of uploads that were given up, now and every hour, for as long as the task lives.
pub async fn abort_stale_uploads(access: S3Access, clock: Arc<dyn Clock>) {
    loop {
        match abort_uploads_begun_before(&access, clock.now() - STALE_AFTER).await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "uploads in parts that were given up are forgotten"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "uploads can't be looked through now"
                );
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Forgets the parts of uploads that began before a time; says how many.
///
/// # Errors
/// When the store can't be reached or refuses.
pub async fn abort_uploads_begun_before(access: &S3Access, before: Timestamp) -> Result<usize, S3Fault> {
    let (client, bucket) = (access.client(), &access.bucket);
    let (mut key_marker, mut id_marker, mut aborted) = (None, None, 0);
    loop {
        let page = client
            .list_multipart_uploads()
            .bucket(bucket)
            .prefix(PREFIX)
            .set_key_marker(key_marker)
            .set_upload_id_marker(id_marker);
        let page = page.send().await.map_err(S3Fault::of)?;
        for upload in page.uploads() {
            let stale = upload.initiated().is_some_and(|at| at.secs() < before.timestamp());
            let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
            if stale {
                let abort = client.abort_multipart_upload().bucket(bucket).key(key).upload_id(id);
                abort.send().await.map_err(S3Fault::of)?;
                aborted += 1;
            }
        }
        if !page.is_truncated().unwrap_or_default() {
            return Ok(aborted);
        }
        (key_marker, id_marker) = (page.next_key_marker, page.next_upload_id_marker);
    }
}
