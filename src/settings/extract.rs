//! Reading of documents.

use std::num::NonZeroUsize;

use serde::Deserialize;

use super::load::Flaw;

/// Section `extract`.
#[derive(Debug, Clone, Deserialize)]
pub struct ExtractSettings {
    /// The longest time that one document is worked on, in seconds.
    pub seconds_max: u64,
    /// Memory for reading one document, beside the document itself, in bytes.
    pub memory_bytes_max: u64,
    /// The longest text that comes out, in bytes of UTF-8.
    pub text_bytes_max: usize,
    /// The most bytes that an office document or book may unpack to.
    pub unpacked_bytes_max: usize,
    /// The most files in an office document or book.
    pub files_max: usize,
    /// The most pages of a PDF, slides of a presentation or chapters of a book.
    pub pages_max: usize,
    /// Documents that are read at the same time.
    pub concurrent_max: NonZeroUsize,
}

impl ExtractSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        let mib = 1 << 20;
        Flaw::unless_within("extract.seconds_max", self.seconds_max, 1..=600)?;
        Flaw::unless_within("extract.memory_bytes_max", self.memory_bytes_max, 32 * mib..=16 << 30)?;
        Flaw::unless_within("extract.text_bytes_max", self.text_bytes_max as u64, 1_024..=256 * mib)?;
        Flaw::unless_within("extract.unpacked_bytes_max", self.unpacked_bytes_max as u64, mib..=4 << 30)?;
        Flaw::unless_within("extract.files_max", self.files_max as u64, 10..=100_000)?;
        Flaw::unless_within("extract.pages_max", self.pages_max as u64, 1..=1_000_000)?;
        Flaw::unless_within("extract.concurrent_max", self.concurrent_max.get() as u64, 1..=256)
    }
}
