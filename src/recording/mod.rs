//! Recordings of conversations: what happens to each session, step by step, with the frames that it handed out.
//!
//! The engine hands steps over through its port `Recordings`; a task writes them to the store in batches, off the path of
//! messages. Reading them back, each life is lived again through the engine's own state machine, its frames are encoded
//! as sockets encode them, and both are compared byte by byte.

mod frame;
mod life;
mod retention;
mod writer;

pub use frame::line;
pub use life::{Difference, Flaw, Lived, RecordedLife, Relived, Unreadable, lives, relive};
pub use retention::forget_old;
pub use writer::StoreRecordings;
