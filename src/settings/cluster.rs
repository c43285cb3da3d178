//! Several processes.

use std::num::NonZeroU32;

use serde::Deserialize;

/// Section `cluster`.
#[derive(Debug, Clone, Deserialize)]
pub struct ClusterSettings {
    /// Whether several processes share the conversations.
    pub enabled: bool,
    /// How long a process owns a conversation without renewing it, in seconds.
    pub lease_seconds: NonZeroU32,
}
