//! PDF to text.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::rc::Rc;

use aihio_actors::ports::{ExtractError, Extracted};
use pdf_extract::{
    ConvertToFmt, Document, MediaBox, Object, OutputDev, OutputError, PlainTextOutput, Transform, output_doc,
};

use super::limits::ExtractLimits;
use super::text::{tidy, title_of, too_long};

/// Left, bottom, right and top of a page's meaningful content.
type ArtBox = (f64, f64, f64, f64);

/// Reads a PDF. The parser panics on some damaged files: callers catch it.
///
/// # Errors
/// [`ExtractError::Malformed`] for damaged or locked files, [`ExtractError::TooLarge`] for too many pages or too much
/// text, [`ExtractError::Empty`] for scans without text.
pub(super) fn read(bytes: &[u8], limits: &ExtractLimits) -> Result<Extracted, ExtractError> {
    let mut document = Document::load_mem(bytes).map_err(damaged)?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(ExtractError::Malformed("it is locked with a password".into()));
    }
    if document.page_iter().take(limits.pages_max + 1).count() > limits.pages_max {
        return Err(ExtractError::TooLarge(format!("it has more than {} pages", limits.pages_max)));
    }
    let text = BoundedText { text: Rc::default(), bytes_max: limits.text_bytes_max };
    let mut output = PagedOutput { plain: PlainTextOutput::new(text.clone()), text: text.clone() };
    match output_doc(&document, &mut output) {
        Ok(()) => {}
        Err(OutputError::FormatError(_)) => return Err(too_long(limits)),
        Err(fault) => return Err(damaged(fault)),
    }
    Ok(Extracted { title: title(&document), text: tidy(&text.text.borrow(), limits)? })
}

fn damaged(_: impl fmt::Display) -> ExtractError {
    // What the parser says names its own inner workings, which help no owner of a document.
    ExtractError::Malformed("the PDF is damaged".into())
}

/// The title in the document information dictionary (ISO 32000-1, section 14.3.3).
fn title(document: &Document) -> Option<String> {
    let information = document.trailer.get(b"Info").ok()?;
    let information = document.dereference(information).ok()?.1.as_dict().ok()?;
    match information.get(b"Title").ok()? {
        Object::String(bytes, _) => title_of(&text_string(bytes)),
        _ => None,
    }
}

/// A text string is UTF-16 after a byte order mark, else PDFDocEncoding, which agrees with Latin-1 where it matters
/// (ISO 32000-1, section 7.9.2.2).
fn text_string(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xFE\xFF") {
        Some(wide) => {
            let units = wide.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_be_bytes);
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        None => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Takes text up to a limit, then fails the writer.
#[derive(Clone)]
struct BoundedText {
    text: Rc<RefCell<String>>,
    bytes_max: usize,
}

impl fmt::Write for BoundedText {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let mut text = self.text.borrow_mut();
        if text.len() + piece.len() > self.bytes_max {
            return Err(fmt::Error);
        }
        text.push_str(piece);
        Ok(())
    }
}

impl ConvertToFmt for BoundedText {
    type Writer = Self;

    fn convert(self) -> Self {
        self
    }
}

/// Plain text in which a page begins a paragraph; the plain output alone runs pages together.
struct PagedOutput {
    plain: PlainTextOutput<BoundedText>,
    text: BoundedText,
}

impl OutputDev for PagedOutput {
    fn begin_page(&mut self, number: u32, media: &MediaBox, art: Option<ArtBox>) -> Result<(), OutputError> {
        self.plain.begin_page(number, media, art)
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.plain.end_page()?;
        Ok(self.text.write_str("\n\n")?)
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        spacing: f64,
        font_size: f64,
        character: &str,
    ) -> Result<(), OutputError> {
        self.plain.output_character(at, width, spacing, font_size, character)
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.plain.begin_word()
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        self.plain.end_word()
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        self.plain.end_line()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A valid PDF with one line of Helvetica on each page.
    pub(in crate::extract) fn pdf_of(title: &str, pages: &[&str]) -> Vec<u8> {
        let first_page = 5;
        let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", first_page + 2 * n)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            format!("<< /Title ({title}) >>"),
        ];
        for (n, line) in pages.iter().enumerate() {
            let content = format!("BT /F1 12 Tf 72 700 Td ({line}) Tj ET");
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> \
                 /Contents {} 0 R >>",
                first_page + 2 * n + 1
            ));
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        assemble(&objects)
    }

    /// Numbers the objects and writes the cross-reference table (ISO 32000-1, section 7.5).
    fn assemble(objects: &[String]) -> Vec<u8> {
        let mut file = "%PDF-1.4\n".to_owned();
        let mut table = "0000000000 65535 f \n".to_owned();
        for (index, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        }
        let (start, size) = (file.len(), objects.len() + 1);
        file += &format!(
            "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n"
        );
        file.into_bytes()
    }

    #[test]
    fn real_text_comes_out() {
        let file = pdf_of("Opening hours", &["We open at nine.", "We close at five."]);
        let read = read(&file, &ExtractLimits::default()).unwrap();
        assert_eq!(read.title.as_deref(), Some("Opening hours"));
        assert_eq!(read.text, "We open at nine.\n\nWe close at five.");
    }

    #[test]
    fn a_scan_without_text_is_empty() {
        assert_eq!(read(&pdf_of("Scan", &[""]), &ExtractLimits::default()), Err(ExtractError::Empty));
    }

    #[test]
    fn pages_and_text_are_bounded() {
        let file = pdf_of("Long", &["one two three"; 3]);
        let few_pages = ExtractLimits { pages_max: 2, ..ExtractLimits::default() };
        assert!(matches!(read(&file, &few_pages), Err(ExtractError::TooLarge(_))));
        let little_text = ExtractLimits { text_bytes_max: 20, ..ExtractLimits::default() };
        assert!(matches!(read(&file, &little_text), Err(ExtractError::TooLarge(_))));
    }

    #[test]
    fn a_damaged_file_is_malformed() {
        assert!(matches!(
            read(b"%PDF-1.7\nnothing", &ExtractLimits::default()),
            Err(ExtractError::Malformed(_))
        ));
    }

    #[test]
    fn titles_may_be_utf_16() {
        assert_eq!(text_string(b"\xFE\xFF\0H\0\xE4"), "Hä");
        assert_eq!(text_string(b"H\xE4"), "Hä");
    }
}
