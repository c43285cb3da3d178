//! Memory in front of the store: Redis where the installation has it, this process's own where it doesn't.
//!
//! The store is the truth. What is here may be lost, late or out of reach at any moment, and costs time then and never
//! an answer: every failure is told to the log once, and the store is asked.
//!
//! Where several processes share the conversations, Redis also carries what they say to each other.

mod chats;
mod connection;
mod keys;
mod memory;
mod nodes;
mod ping;
mod redis;
mod snapshots;

pub use self::chats::ShelvedJournal;
pub use self::memory::MemoryShelf;
pub use self::nodes::RedisNodes;
pub use self::ping::{PingError, ping};
pub use self::redis::{CacheError, RedisShelf};
pub use self::snapshots::{Shelf, ShelvedSnapshots};
