//! The embedded store's way in: the server itself, at an address that it has signed.

use std::collections::BTreeMap;

use aihio_actors::ports::PortError;
use async_trait::async_trait;

use super::LocalBlobs;
use super::intake::{Announced, Intake, PartsIntake, Permission};
use super::sign::{UploadSigner, UploadTerms};

/// Sends files to `PUT /v1/uploads/{upload_id}` of this server.
#[derive(Debug, Clone)]
pub struct EmbeddedIntake {
    blobs: LocalBlobs,
    signer: UploadSigner,
    public_url: String,
}

impl EmbeddedIntake {
    /// The way into these blobs, at the address under which browsers reach this server.
    #[must_use]
    pub fn new(blobs: LocalBlobs, signer: UploadSigner, public_url: &str) -> Self {
        Self { blobs, signer, public_url: public_url.trim_end_matches('/').to_owned() }
    }
}

#[async_trait]
impl Intake for EmbeddedIntake {
    /// The account stands in the address because an upload is looked up through it; changed, it finds nothing.
    async fn permit(&self, file: &Announced) -> Result<Permission, PortError> {
        let Announced { upload_id, account_id, size, ref content_type, expires_at, .. } = *file;
        let signature = self.signer.sign(UploadTerms { upload_id, size, content_type }, expires_at);
        let url = format!("{}/v1/uploads/{upload_id}?account={account_id}&{signature}", self.public_url);
        Ok(Permission { url, headers: BTreeMap::from([("content-type".to_owned(), content_type.clone())]) })
    }

    /// What is one hop away is sent whole.
    fn in_parts(&self) -> Option<&dyn PartsIntake> {
        None
    }

    fn receiver(&self) -> Option<&LocalBlobs> {
        Some(&self.blobs)
    }

    fn origin(&self) -> Option<&str> {
        None
    }
}
