//! What a journal can be told: one file a message.

mod append;
mod flush;
mod leave;

pub use append::Append;
pub use flush::{Flush, Whose};
