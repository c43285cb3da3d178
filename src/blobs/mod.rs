//! Where uploaded bytes are kept: a folder of the local file system, and the signed addresses uploads come in at.

mod local;
mod sign;

pub use local::LocalBlobs;
pub use sign::{SignatureRefusal, UploadSigner, UploadTerms};
