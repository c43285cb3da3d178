//! Where uploaded files are kept, and how they get there: the data folder, or a bucket.

use std::sync::Arc;

use aihio_actors::ports::{Blobs, Clock};

use super::StartError;
use crate::blobs::{EmbeddedIntake, Intake, LocalBlobs, UploadSigner};
use crate::settings::Settings;

/// The folder of uploads in the data folder.
const FOLDER: &str = "uploads";

/// Where files are kept.
pub(super) fn blobs(settings: &Settings) -> Result<Arc<dyn Blobs>, StartError> {
    #[cfg(feature = "s3")]
    if let Some(access) = bucket::access(&settings.storage.s3) {
        return Ok(Arc::new(crate::blobs::s3::S3Blobs::new(&access, settings.http.upload_bytes_max)));
    }
    Ok(Arc::new(folder(settings)?))
}

fn folder(settings: &Settings) -> Result<LocalBlobs, StartError> {
    LocalBlobs::open(settings.data_dir.join(FOLDER)).map_err(StartError::DataFolder)
}

/// Where files are sent to: to their store, or to this server.
pub(super) fn intake(
    settings: &Settings,
    signer: UploadSigner,
    public_url: &str,
) -> Result<Arc<dyn Intake>, StartError> {
    #[cfg(feature = "s3")]
    if let Some(intake) = bucket::intake(&settings.storage.s3) {
        return Ok(Arc::new(intake));
    }
    Ok(Arc::new(EmbeddedIntake::new(folder(settings)?, signer, public_url)))
}

/// Looks after the store for as long as the process lives, where it needs looking after.
pub(super) fn tend(settings: &Settings, clock: &Arc<dyn Clock>) {
    #[cfg(feature = "s3")]
    if let Some(access) = bucket::access(&settings.storage.s3) {
        actix_rt::spawn(crate::blobs::s3::abort_stale_uploads(access, Arc::clone(clock)));
    }
    #[cfg(not(feature = "s3"))]
    let _ = (settings, clock);
}

#[cfg(feature = "s3")]
pub(super) mod bucket {
    use crate::blobs::s3::{Addressing, PartSizes, S3Access, S3Intake};
    use crate::settings::S3Settings;

    /// The bucket and its key, where one is set.
    pub(crate) fn access(settings: &S3Settings) -> Option<S3Access> {
        Some(S3Access {
            endpoint: settings.endpoint.clone(),
            public_endpoint: settings.public_endpoint.clone(),
            bucket: settings.bucket.clone()?,
            region: settings.region.clone(),
            access_key_id: settings.access_key_id.clone(),
            secret_access_key: settings.secret_access_key.clone()?,
            addressing: if settings.path_style { Addressing::Path } else { Addressing::Host },
        })
    }

    pub(super) fn intake(settings: &S3Settings) -> Option<S3Intake> {
        let sizes =
            PartSizes { file_bytes_min: settings.multipart_bytes_min, part_bytes: settings.part_bytes };
        Some(S3Intake::new(&access(settings)?, sizes))
    }
}
