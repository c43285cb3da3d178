//! One document, read here and now: what a worker does, wherever it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aihio_actors::ports::{ExtractError, Extracted, Outline, Raw, WebPage};

use super::decode::decode;
use super::format::Format;
use super::kind::format_of;
use super::limits::ExtractLimits;
use super::wire::Form;
use super::{epub, html, json, office, open_document, outline, pdf, separated, sitemap, text, workbook};

/// Reads a document. A panic of a parser is a fault of the document.
///
/// # Errors
/// As [`Extractor::extract`](aihio_actors::ports::Extractor::extract).
pub(super) fn read(form: Form, raw: &Raw, limits: &ExtractLimits) -> Result<WebPage, ExtractError> {
    check_size(raw, limits)?;
    let read = || match form {
        Form::Document => read_as(format_of(raw, limits)?, raw, limits).map(without_outline),
        Form::Page => read_page(format_of(raw, limits)?, raw, limits),
        Form::Sitemap => {
            let outline = sitemap::read(&raw.bytes, limits)?;
            Ok(WebPage { outline, ..WebPage::default() })
        }
    };
    // Nothing that a parser could leave half-changed outlives the call.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ExtractError::Malformed("its inner structure is damaged".into())))
}

/// A page that only leads elsewhere has no text, and is worth reading all the same.
fn read_page(format: Format, raw: &Raw, limits: &ExtractLimits) -> Result<WebPage, ExtractError> {
    let outline = match format {
        Format::Html => outline::read(&decode(&raw.bytes, &raw.content_type)?),
        _ => Outline::default(),
    };
    match read_as(format, raw, limits) {
        Ok(Extracted { title, text }) => Ok(WebPage { title, text, outline }),
        Err(ExtractError::Empty) if !outline.links.is_empty() => {
            Ok(WebPage { outline, ..WebPage::default() })
        }
        Err(error) => Err(error),
    }
}

fn without_outline(read: Extracted) -> WebPage {
    WebPage { title: read.title, text: read.text, outline: Outline::default() }
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
