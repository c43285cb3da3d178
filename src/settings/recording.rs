//! Recordings of conversations.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::load::Flaw;

/// Section `recording`.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordingSettings {
    /// Whether conversations are recorded so that they can be replayed.
    pub enabled: bool,
    /// After how many days a recording is forgotten.
    pub keep_days: NonZeroU32,
    /// Steps waiting to be written, at most.
    pub queue_steps_max: NonZeroU32,
}

impl RecordingSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        Flaw::unless_within("recording.keep_days", self.keep_days.get().into(), 1..=3_650)?;
        Flaw::unless_within("recording.queue_steps_max", self.queue_steps_max.get().into(), 1..=10_000_000)
    }
}
