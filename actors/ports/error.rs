//! How the outside fails.

use std::error::Error;

/// Whether trying again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Out of reach, too slow, or its outcome unknown: trying again with the same ids is safe and may help.
    Transient,
    /// It will fail the same way each time.
    Permanent,
}

/// A failure of something outside the engine.
#[derive(Debug, thiserror::Error)]
#[error("{port} failed")]
pub struct PortError {
    /// Which port.
    pub port: &'static str,
    /// Whether trying again may help.
    pub fault: Fault,
    /// What the outside said.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl PortError {
    /// A failure that may pass.
    pub fn transient(port: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { port, fault: Fault::Transient, source: source.into() }
    }

    /// A failure that will not pass.
    pub fn permanent(port: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { port, fault: Fault::Permanent, source: source.into() }
    }
}
