//! Uploads in an S3-compatible object store. Browsers send to it directly; the server only signs, looks and reads.

mod access;
mod blobs;
mod cors;
mod fault;
mod intake;
mod sweep;

pub use access::{Addressing, S3Access};
pub use blobs::S3Blobs;
pub use cors::{CorsState, allow_uploads, uploads_allowed};
pub use fault::{S3Fault, S3Trouble};
pub use intake::{PartSizes, S3Intake};
pub use sweep::{abort_stale_uploads, abort_uploads_begun_before};

/// The name of this port in errors.
const PORT: &str = "blobs";
