//! What tells one run of a command from another.

use std::time::SystemTime;

use uuid::Uuid;

/// A word that was never used before.
#[expect(clippy::disallowed_methods, reason = "a command is a process of its own; nothing replays it")]
pub(super) fn unique() -> Uuid {
    Uuid::new_v4()
}

/// This machine's clock.
#[expect(clippy::disallowed_methods, reason = "the doctor judges the clock itself")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}
