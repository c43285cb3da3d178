//! What a document is: its content decides, the claim breaks ties, and what claims to be something else is refused.

use aihio_actors::ports::{ExtractError, Raw};

use super::archive::Archive;
use super::format::Format;
use super::limits::ExtractLimits;
use super::package;
use super::signatures::{foreign_format, is_zip, is_zip_to_its_end};

/// How far into a file its header is looked for (ISO 32000, annex H.3.4.1 allows a PDF's this far).
const HEADER_BYTES: usize = 1024;

/// Elements that open an HTML document, after the WHATWG MIME Sniffing Standard, section 7.1.
const HTML_DOCUMENT: &[&str] = &["<!doctype html", "<html", "<head", "<body"];
/// Elements that open an HTML fragment. Markdown may begin with these too.
const HTML_FRAGMENT: &[&str] = &[
    "<!--", "<title", "<script", "<style", "<iframe", "<h1", "<div", "<font", "<table", "<main", "<article",
    "<section", "<a", "<b", "<br", "<p",
];

/// What is claimed of a document: by its name, and by the type it was sent as.
#[derive(Debug, Clone, Copy)]
struct Claim {
    name: Option<Format>,
    media_type: Option<Format>,
}

impl Claim {
    fn of(raw: &Raw) -> Self {
        Self {
            name: Format::of_filename(&raw.filename),
            media_type: Format::of_media_type(&raw.content_type),
        }
    }

    /// The name says more than the type, which programs guess from it.
    fn first(self) -> Option<Format> {
        self.name.or(self.media_type)
    }

    fn is(self, format: Format) -> bool {
        self.name == Some(format) || self.media_type == Some(format)
    }

    /// What was found, unless something else was claimed by name and type alike.
    fn check(self, found: Format) -> Result<Format, ExtractError> {
        match self.first() {
            Some(claimed) if !self.is(found) && !may_hold(claimed, found) => {
                Err(ExtractError::Mismatch { claimed: claimed.said().into(), found: found.said().into() })
            }
            _ => Ok(found),
        }
    }
}

/// Whether a file of one format may lawfully look like another: Markdown and plain text may hold a page's source.
const fn may_hold(claimed: Format, found: Format) -> bool {
    matches!((claimed, found), (Format::PlainText | Format::Markdown, Format::Html))
}

/// The format of a document that may be read.
///
/// # Errors
/// [`ExtractError::UnsupportedType`] for formats that are not read, [`ExtractError::Mismatch`] for what is not what
/// it claims to be, [`ExtractError::Suspicious`] for what is two things at once, [`ExtractError::Empty`] for nothing.
pub(super) fn format_of(raw: &Raw, limits: &ExtractLimits) -> Result<Format, ExtractError> {
    let content = trim_start(&raw.bytes);
    if content.is_empty() {
        return Err(ExtractError::Empty);
    }
    let claim = Claim::of(raw);
    let header = content.get(..HEADER_BYTES).unwrap_or(content);
    let pdf_within = header.windows(5).any(|window| window == b"%PDF-");
    if is_zip(content) {
        if pdf_within {
            return Err(two_at_once());
        }
        return claim.check(package::format(&mut Archive::open(content, limits)?)?);
    }
    if content.starts_with(b"%PDF-") || (pdf_within && claim.is(Format::Pdf)) {
        if is_zip_to_its_end(content) {
            return Err(two_at_once());
        }
        return claim.check(Format::Pdf);
    }
    if let Some(foreign) = foreign_format(content) {
        return Err(foreign);
    }
    claim.check(text_format(header, claim)?)
}

/// A file that different programs read as different things is made to get past somebody.
fn two_at_once() -> ExtractError {
    ExtractError::Suspicious("it is a PDF and a ZIP archive at once".into())
}

fn text_format(header: &[u8], claim: Claim) -> Result<Format, ExtractError> {
    let opening = String::from_utf8_lossy(header).to_ascii_lowercase();
    if opens_with(&opening, HTML_DOCUMENT) {
        return Ok(Format::Html);
    }
    if opening.starts_with("<?xml") {
        return match opening.contains("<html") {
            true => Ok(Format::Html),
            false if opening.contains("<svg") => Err(ExtractError::UnsupportedType("SVG image".into())),
            false => Err(ExtractError::UnsupportedType("XML document".into())),
        };
    }
    Ok(match claim.first() {
        Some(
            claimed @ (Format::PlainText | Format::Markdown | Format::Csv | Format::Json | Format::Html),
        ) => claimed,
        _ if opens_with(&opening, HTML_FRAGMENT) => Format::Html,
        _ => Format::PlainText,
    })
}

/// Whether the text begins with one of the tags, and the tag's name ends there.
fn opens_with(opening: &str, tags: &[&str]) -> bool {
    tags.iter().any(|tag| {
        opening.strip_prefix(tag).is_some_and(|rest| {
            *tag == "<!--" || rest.starts_with(|next: char| next == '>' || next.is_ascii_whitespace())
        })
    })
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::testing::zip_of;
    use super::*;

    fn format(content: &[u8], filename: &str, content_type: &str) -> Result<Format, ExtractError> {
        let raw = Raw {
            bytes: Bytes::copy_from_slice(content),
            filename: filename.into(),
            content_type: content_type.into(),
        };
        format_of(&raw, &ExtractLimits::default())
    }

    #[test]
    fn content_decides() {
        assert_eq!(format(b"%PDF-1.7 ...", "download", "application/octet-stream"), Ok(Format::Pdf));
        assert_eq!(format(b"  <!DOCTYPE html><p>x", "notes.txt", "text/plain"), Ok(Format::Html));
        assert_eq!(format(b"\xEF\xBB\xBF<html lang=en>", "a", ""), Ok(Format::Html));
        assert_eq!(format(b"<?xml version='1.0'?><html>", "a", ""), Ok(Format::Html));
        let word = zip_of(&[("[Content_Types].xml", WORD_TYPES)]);
        assert_eq!(format(&word, "letter", "application/zip"), Ok(Format::Word));
        let book = zip_of(&[("mimetype", "application/epub+zip")]);
        assert_eq!(format(&book, "", ""), Ok(Format::Epub));
    }

    const WORD_TYPES: &str = "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/\
        vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

    #[test]
    fn the_claim_breaks_ties() {
        assert_eq!(format(b"<div align=center>\n# Hi", "README.md", ""), Ok(Format::Markdown));
        assert_eq!(format(b"<div align=center>\n# Hi", "README", ""), Ok(Format::Html));
        assert_eq!(format(b"# Hi", "a", "text/markdown; charset=utf-8"), Ok(Format::Markdown));
        assert_eq!(format(b"Hello <b>x</b>", "", "Text/HTML; charset=utf-8"), Ok(Format::Html));
        assert_eq!(format(b"<apple> is no element", "a.txt", ""), Ok(Format::PlainText));
        assert_eq!(format(b"garbage\n%PDF-1.4", "a.pdf", ""), Ok(Format::Pdf));
        assert_eq!(format(b"A PDF begins with\n%PDF-1.4", "a.txt", ""), Ok(Format::PlainText));
        assert_eq!(format(b"a,b", "a.csv", ""), Ok(Format::Csv));
        assert_eq!(format(b"{}", "a", "application/json"), Ok(Format::Json));
        assert_eq!(format(b"{}", "a.txt", "text/plain"), Ok(Format::PlainText));
    }

    #[test]
    fn what_is_not_what_it_claims_to_be_is_refused_by_both_names() {
        let word = zip_of(&[("[Content_Types].xml", WORD_TYPES)]);
        let cases: [(&[u8], &str, &str, &str); 6] = [
            (b"<html><body>hello", "a.pdf", "a PDF", "an HTML page"),
            (b"just words", "a.pdf", "a PDF", "a text file"),
            (b"just words", "a.docx", "a Word document", "a text file"),
            (b"%PDF-1.7", "a.txt", "a text file", "a PDF"),
            (b"<!doctype html><p>Sign in", "export.csv", "a CSV table", "an HTML page"),
            (&word, "a.xlsx", "an Excel workbook", "a Word document"),
        ];
        for (content, filename, claimed, found) in cases {
            let expected = ExtractError::Mismatch { claimed: claimed.into(), found: found.into() };
            assert_eq!(format(content, filename, ""), Err(expected), "{filename}");
        }
    }

    #[test]
    fn the_type_it_was_sent_as_excuses_a_name() {
        assert_eq!(format(b"%PDF-1.7", "show.html", "application/pdf"), Ok(Format::Pdf));
    }

    #[test]
    fn two_formats_at_once_are_refused() {
        let archive = zip_of(&[("a.txt", "x")]);
        let pdf_first = [b"%PDF-1.7\n".as_slice(), &archive].concat();
        let zip_first = zip_of(&[("%PDF-1.7", "x")]);
        for both in [pdf_first, zip_first] {
            assert!(matches!(format(&both, "a.pdf", ""), Err(ExtractError::Suspicious(_))));
        }
    }

    #[test]
    fn other_formats_are_named_and_refused() {
        let archive = zip_of(&[("a.txt", "x")]);
        let cases: &[(&[u8], &str, &str)] = &[
            (&archive, "letter.docx", "ZIP archive"),
            (b"\x1F\x8B\x08", "a.txt", "gzip archive"),
            (b"\x89PNG\r\n\x1A\n", "a.html", "PNG image"),
            (b"GIF89a/*", "a.js", "GIF image"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>", "a.html", "SVG image"),
            (b"<?xml version='1.0'?><svg>", "a.svg", "SVG image"),
            (b"<?xml version='1.0'?><rss>", "feed", "XML document"),
        ];
        for (content, filename, name) in cases {
            let refused = format(content, filename, "text/plain");
            assert_eq!(refused, Err(ExtractError::UnsupportedType((*name).into())));
        }
    }

    #[test]
    fn a_locked_office_document_is_known() {
        let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let locked = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600], &stream].concat();
        let refused = format(&locked, "a.docx", "");
        assert!(
            matches!(&refused, Err(ExtractError::Malformed(why)) if why.contains("password")),
            "{refused:?}"
        );
    }

    #[test]
    fn nothing_is_empty() {
        assert_eq!(format(b"", "a.pdf", "application/pdf"), Err(ExtractError::Empty));
        assert_eq!(format(b" \n\t ", "a.txt", ""), Err(ExtractError::Empty));
    }
}
