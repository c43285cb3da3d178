//! What a document is: its content decides, the claim breaks ties.

use aihio_actors::model::MediaType;
use aihio_actors::ports::{ExtractError, Raw};

use super::signatures::foreign_format;

/// How far into a file its header is looked for (ISO 32000, annex H.3.4.1 allows a PDF's this far).
const HEADER_BYTES: usize = 1024;

/// Elements that open an HTML document, after the WHATWG MIME Sniffing Standard, section 7.1.
const HTML_DOCUMENT: &[&str] = &["<!doctype html", "<html", "<head", "<body"];
/// Elements that open an HTML fragment. Markdown may begin with these too.
const HTML_FRAGMENT: &[&str] = &[
    "<!--", "<title", "<script", "<style", "<iframe", "<h1", "<div", "<font", "<table", "<main", "<article",
    "<section", "<a", "<b", "<br", "<p",
];

/// What is claimed of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Pdf,
    Html,
    Markdown,
    Other,
}

impl Claim {
    fn of(raw: &Raw) -> Self {
        match extension(&raw.filename).as_str() {
            "pdf" => return Self::Pdf,
            "html" | "htm" | "xhtml" => return Self::Html,
            "md" | "markdown" | "mdx" => return Self::Markdown,
            _ => {}
        }
        match media_type(&raw.content_type).as_str() {
            "application/pdf" | "application/x-pdf" => Self::Pdf,
            "text/html" | "application/xhtml+xml" => Self::Html,
            "text/markdown" | "text/x-markdown" => Self::Markdown,
            _ => Self::Other,
        }
    }
}

/// The kind of a document that may be read.
///
/// # Errors
/// [`ExtractError::UnsupportedType`] for kinds that are not read, [`ExtractError::Malformed`] for what is not what
/// it claims to be, [`ExtractError::Empty`] for nothing.
pub(super) fn kind_of(raw: &Raw) -> Result<MediaType, ExtractError> {
    let content = trim_start(&raw.bytes);
    if content.is_empty() {
        return Err(ExtractError::Empty);
    }
    let claim = Claim::of(raw);
    if is_pdf(content, claim) {
        return Ok(MediaType::Pdf);
    }
    if let Some(name) = foreign_format(content, &extension(&raw.filename)) {
        return Err(ExtractError::UnsupportedType(name.into()));
    }
    if claim == Claim::Pdf {
        return Err(ExtractError::Malformed("it is called a PDF but is none".into()));
    }
    text_kind(content, claim)
}

fn is_pdf(content: &[u8], claim: Claim) -> bool {
    let header = content.get(..HEADER_BYTES).unwrap_or(content);
    content.starts_with(b"%PDF-")
        || (claim == Claim::Pdf && header.windows(5).any(|window| window == b"%PDF-"))
}

fn text_kind(content: &[u8], claim: Claim) -> Result<MediaType, ExtractError> {
    let header = content.get(..HEADER_BYTES).unwrap_or(content);
    let opening = String::from_utf8_lossy(header).to_ascii_lowercase();
    if opens_with(&opening, HTML_DOCUMENT) {
        return Ok(MediaType::Html);
    }
    if opening.starts_with("<?xml") {
        return match opening.contains("<html") {
            true => Ok(MediaType::Html),
            false if opening.contains("<svg") => Err(ExtractError::UnsupportedType("SVG image".into())),
            false => Err(ExtractError::UnsupportedType("XML document".into())),
        };
    }
    match claim {
        Claim::Markdown => Ok(MediaType::Markdown),
        Claim::Html => Ok(MediaType::Html),
        Claim::Pdf | Claim::Other if opens_with(&opening, HTML_FRAGMENT) => Ok(MediaType::Html),
        Claim::Pdf | Claim::Other => Ok(MediaType::PlainText),
    }
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

/// The lower-case extension of a file's name.
fn extension(filename: &str) -> String {
    filename.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// The lower-case media type without its parameters.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn kind(content: &'static [u8], filename: &str, content_type: &str) -> Result<MediaType, ExtractError> {
        kind_of(&Raw {
            bytes: Bytes::from_static(content),
            filename: filename.into(),
            content_type: content_type.into(),
        })
    }

    #[test]
    fn content_decides_over_the_claim() {
        assert_eq!(kind(b"%PDF-1.7 ...", "notes.txt", "text/plain"), Ok(MediaType::Pdf));
        assert_eq!(kind(b"  <!DOCTYPE html><p>x", "notes.txt", "text/plain"), Ok(MediaType::Html));
        assert_eq!(kind(b"\xEF\xBB\xBF<html lang=en>", "a", ""), Ok(MediaType::Html));
        assert_eq!(kind(b"<?xml version='1.0'?><html>", "a", ""), Ok(MediaType::Html));
    }

    #[test]
    fn the_claim_breaks_ties() {
        assert_eq!(kind(b"<div align=center>\n# Hi", "README.md", ""), Ok(MediaType::Markdown));
        assert_eq!(kind(b"<div align=center>\n# Hi", "README", ""), Ok(MediaType::Html));
        assert_eq!(kind(b"# Hi", "a", "text/markdown; charset=utf-8"), Ok(MediaType::Markdown));
        assert_eq!(kind(b"Hello <b>x</b>", "", "Text/HTML; charset=utf-8"), Ok(MediaType::Html));
        assert_eq!(kind(b"<apple> is no element", "a.txt", ""), Ok(MediaType::PlainText));
        assert_eq!(kind(b"garbage\n%PDF-1.4", "a.pdf", ""), Ok(MediaType::Pdf));
        assert_eq!(kind(b"A PDF begins with\n%PDF-1.4", "a.txt", ""), Ok(MediaType::PlainText));
    }

    #[test]
    fn what_is_called_a_pdf_must_be_one() {
        for content in [&b"<html><body>hello"[..], b"just words"] {
            assert!(matches!(kind(content, "a.pdf", "application/pdf"), Err(ExtractError::Malformed(_))));
        }
    }

    #[test]
    fn other_formats_are_named_and_refused() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"PK\x03\x04....", "letter.docx", "Word document"),
            (b"PK\x03\x04....", "letter.pdf", "ZIP archive"),
            (b"\x1F\x8B\x08", "a.txt", "gzip archive"),
            (b"\x89PNG\r\n\x1A\n", "a.html", "PNG image"),
            (b"GIF89a/*", "a.js", "GIF image"),
            (b"<?xml version='1.0'?><svg>", "a.svg", "SVG image"),
            (b"<?xml version='1.0'?><rss>", "feed", "XML document"),
        ];
        for (content, filename, name) in cases {
            let raw = Raw {
                bytes: Bytes::copy_from_slice(content),
                filename: (*filename).into(),
                content_type: "text/plain".into(),
            };
            assert_eq!(kind_of(&raw), Err(ExtractError::UnsupportedType((*name).into())));
        }
    }

    #[test]
    fn nothing_is_empty() {
        assert_eq!(kind(b"", "a.pdf", "application/pdf"), Err(ExtractError::Empty));
        assert_eq!(kind(b" \n\t ", "a.txt", ""), Err(ExtractError::Empty));
    }
}
