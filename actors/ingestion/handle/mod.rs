//! What a job can be told, and what it tells.

mod cancel;
mod leave;
mod pause;
mod source_read;

pub use cancel::Cancel;
pub use pause::Pause;
pub use source_read::SourceRead;
