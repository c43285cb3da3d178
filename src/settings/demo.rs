//! The chatbot that knows this documentation.

use serde::Deserialize;

/// Section `demo`.
#[derive(Debug, Clone, Deserialize)]
pub struct DemoSettings {
    /// Whether it and its page are set up at start.
    pub enabled: bool,
}
