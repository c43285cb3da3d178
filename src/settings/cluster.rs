//! Several processes.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;

use super::load::Flaw;

/// Section `cluster`.
#[derive(Debug, Clone, Deserialize)]
pub struct ClusterSettings {
    /// Whether several processes share the conversations.
    pub enabled: bool,
    /// How long a process owns its conversations without a sign of life, in seconds.
    pub lease_seconds: NonZeroU32,
}

impl ClusterSettings {
    /// How long a process owns its conversations without a sign of life.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.get().into())
    }

    /// Several processes share a PostgreSQL and a Redis, or they share nothing.
    pub(super) fn check(&self, redis: Shared, database: Shared) -> Result<(), Flaw> {
        Flaw::unless_within("cluster.lease_seconds", self.lease_seconds.get().into(), 1..=60)?;
        let flaw = |problem: &str| Err(Flaw::new("cluster.enabled", problem));
        match (self.enabled, redis, database) {
            (true, Shared::No, _) => flaw("several processes meet in Redis: set redis.url"),
            (true, _, Shared::No) => flaw("several processes share a PostgreSQL: set database.url"),
            _ => Ok(()),
        }
    }
}

/// Whether something is there for several processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    /// It is this process's own, or there is none.
    No,
    /// It is.
    Yes,
}

impl From<bool> for Shared {
    fn from(shared: bool) -> Self {
        if shared { Self::Yes } else { Self::No }
    }
}
