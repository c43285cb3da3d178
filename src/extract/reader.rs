//! One document, read here and now: what a worker does, wherever it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aihio_actors::ports::{ExtractError, Extracted, Raw};

use super::decode::decode;
use super::format::Format;
use super::kind::format_of;
use super::limits::ExtractLimits;
use super::{epub, html, json, office, open_document, pdf, separated, text, workbook};

/// Reads a document. A panic of a parser is a fault of the document.
///
/// # Errors
/// As [`Extractor::extract`](aihio_actors::ports::Extractor::extract).
pub(super) fn read(raw: &Raw, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    check_size(raw, limits)?;
    // Nothing that a parser could leave half-changed outlives the call.
    catch_unwind(AssertUnwindSafe(|| read_as(format_of(raw, limits)?, raw, limits)))
        .unwrap_or_else(|_| Err(ExtractError::Malformed("its inner structure is damaged".into())))
}

/// Refuses a document beyond the largest that is read.
pub(super) fn check_size(raw: &Raw, limits: &ExtractLimits) -> Result<(), ExtractError> {
    if raw.bytes.len() <= limits.input_bytes_max {
        return Ok(());
    }
    Err(ExtractError::TooLarge(format!("it is larger than {} MiB", limits.input_bytes_max >> 20)))
}

fn read_as(format: Format, raw: &Raw, limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let decoded = || decode(&raw.bytes, &raw.content_type);
    match format {
        Format::PlainText => text::tidy(&decoded()?, limits).map(|text| Extracted { title: None, text }),
        Format::Markdown => text::tidy(&decoded()?, limits).map(text::markdown),
        Format::Csv => separated::read(&decoded()?, limits),
        Format::Json => json::read(&decoded()?, limits),
        Format::Html => html::read(&decoded()?, limits),
        Format::Pdf => pdf::read(&raw.bytes, limits),
        Format::Word => office::read_word(&raw.bytes, limits),
        Format::PowerPoint => office::read_presentation(&raw.bytes, limits),
        Format::Excel => workbook::read(&raw.bytes, limits),
        Format::OpenText | Format::OpenPresentation | Format::OpenSpreadsheet => {
            open_document::read(&raw.bytes, limits)
        }
        Format::Epub => epub::read(&raw.bytes, limits),
    }
}
