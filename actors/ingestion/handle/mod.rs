//! What a job can be told, and what it tells.

mod cancel;
mod leave;
mod source_read;

pub use cancel::Cancel;
pub use source_read::SourceRead;
