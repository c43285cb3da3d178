//! What a document may take.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The bounds of one document and of all that are read at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractLimits {
    /// The largest document, in bytes.
    pub input_bytes_max: usize,
    /// The longest text that comes out, in bytes of UTF-8.
    pub text_bytes_max: usize,
    /// The most bytes that may be unpacked of an archive, which office documents and books are.
    pub unpacked_bytes_max: usize,
    /// How many times its own size an archive may unpack to.
    pub unpacked_ratio_max: u64,
    /// The most files in an archive.
    pub files_max: usize,
    /// The most pages of a PDF, slides of a presentation or chapters of a book.
    pub pages_max: usize,
    /// The deepest nesting of HTML elements.
    pub nesting_max: usize,
    /// The most HTML elements of a page.
    pub elements_max: usize,
    /// The longest time one document is worked on, not counting the wait for its turn.
    pub deadline: Duration,
    /// Writable memory of the child process that reads one document, beside the document itself, in bytes.
    pub memory_bytes_max: u64,
    /// Documents that are read at the same time.
    pub concurrent_max: NonZeroUsize,
}

impl Default for ExtractLimits {
    fn default() -> Self {
        Self {
            input_bytes_max: 20 << 20,
            text_bytes_max: 10 << 20,
            unpacked_bytes_max: 50 << 20,
            unpacked_ratio_max: 100,
            files_max: 2_000,
            pages_max: 2_000,
            nesting_max: 256,
            elements_max: 200_000,
            deadline: Duration::from_secs(10),
            memory_bytes_max: 128 << 20,
            concurrent_max: NonZeroUsize::MIN.saturating_add(1),
        }
    }
}
