//! One document, read here and now: what a worker does, wherever it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aihio_actors::model::MediaType;
use aihio_actors::ports::{ExtractError, Extracted, Raw};

use super::decode::decode;
use super::kind::kind_of;
use super::limits::ExtractLimits;
use super::{html, pdf, text};

/// Reads a document. A panic of a parser is a fault of the document.
///
/// # Errors
/// As [`Extractor::extract`](aihio_actors::ports::Extractor::extract).
pub(super) fn read(raw: &Raw, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    check_size(raw, limits)?;
    // Nothing that a parser could leave half-changed outlives the call.
    catch_unwind(AssertUnwindSafe(|| read_as(kind_of(raw)?, raw, limits)))
        .unwrap_or_else(|_| Err(ExtractError::Malformed("its inner structure is damaged".into())))
}

/// Refuses a document beyond the largest that is read.
pub(super) fn check_size(raw: &Raw, limits: &ExtractLimits) -> Result<(), ExtractError> {
    if raw.bytes.len() <= limits.input_bytes_max {
        return Ok(());
    }
    Err(ExtractError::TooLarge(format!("it is larger than {} MiB", limits.input_bytes_max >> 20)))
}

fn read_as(kind: MediaType, raw: &Raw, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let decoded = || decode(&raw.bytes, &raw.content_type);
    match kind {
        MediaType::Pdf => pdf::read(&raw.bytes, limits),
        MediaType::Html => html::read(&decoded()?, limits),
        MediaType::Markdown => text::tidy(&decoded()?, limits).map(text::markdown),
        MediaType::PlainText => text::tidy(&decoded()?, limits).map(|text| Extracted { title: None, text }),
    }
}
