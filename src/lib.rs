//! aihio
pub mod blobs;
pub mod extract;
