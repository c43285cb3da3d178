//! Redis: memory that outlives a process and that nothing durable rests on.

mod ping;

pub use ping::{CacheError, ping};
