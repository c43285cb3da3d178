//! Where uploaded bytes are kept, and the signed addresses that uploads come in at: a folder of the local file system, or
//! an S3-compatible object store.

mod embedded;
mod incoming;
mod intake;
mod local;
#[cfg(feature = "s3")]
pub mod s3;
mod sign;

pub use embedded::EmbeddedIntake;
pub use incoming::{IncomingFile, ReceiveFault};
pub use intake::{Announced, Completion, Intake, Parts, PartsIntake, Permission};
pub use local::LocalBlobs;
pub use sign::{SignatureRefusal, UploadSigner, UploadTerms};
