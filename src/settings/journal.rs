//! The durable history.

use std::str::FromStr;

use serde::Deserialize;

use super::load::Flaw;
use super::value;

/// Section `journal`.
#[derive(Debug, Clone, Deserialize)]
pub struct JournalSettings {
    /// When a message is acknowledged.
    #[serde(deserialize_with = "value::parsed")]
    pub durability: Durability,
    /// Records in one commit, at most.
    pub batch_records_max: u32,
    /// Records waiting to be committed, at most.
    pub queue_records_max: u32,
}

/// When a message is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Once it is on disk.
    Commit,
    /// Once it is queued.
    Async,
}

impl FromStr for Durability {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "commit" => Ok(Self::Commit),
            "async" => Ok(Self::Async),
            other => Err(format!("`{other}` is neither `commit` nor `async`")),
        }
    }
}

impl JournalSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        Flaw::unless_within("journal.batch_records_max", self.batch_records_max.into(), 1..=100_000)?;
        let batch = self.batch_records_max.into();
        Flaw::unless_within("journal.queue_records_max", self.queue_records_max.into(), batch..=10_000_000)
    }
}
