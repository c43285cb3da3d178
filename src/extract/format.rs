//! The kinds of files that are read, and how people and programs call them.

/// A kind of file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    PlainText,
    Markdown,
    Csv,
    Json,
    Html,
    Pdf,
    Word,
    PowerPoint,
    Excel,
    OpenText,
    OpenPresentation,
    OpenSpreadsheet,
    Epub,
}

/// How a format is called.
struct Names {
    format: Format,
    /// By people, with an article.
    said: &'static str,
    /// At the end of a file's name.
    extensions: &'static [&'static str],
    /// In a `Content-Type`, after IANA's registry.
    media_types: &'static [&'static str],
}

const FORMATS: &[Names] = &[
    // Programs send `text/plain` and `application/octet-stream` for whatever they don't know: these claim nothing.
    names(Format::PlainText, "a text file", &["txt", "text", "log"], &[]),
    names(
        Format::Markdown,
        "a Markdown file",
        &["md", "markdown", "mdx"],
        &["text/markdown", "text/x-markdown"],
    ),
    names(Format::Csv, "a CSV table", &["csv", "tsv"], &["text/csv", "text/tab-separated-values"]),
    names(
        Format::Json,
        "a JSON file",
        &["json", "jsonl", "ndjson"],
        &["application/json", "application/x-ndjson", "application/jsonl"],
    ),
    names(Format::Html, "an HTML page", &["html", "htm", "xhtml"], &["text/html", "application/xhtml+xml"]),
    names(Format::Pdf, "a PDF", &["pdf"], &["application/pdf", "application/x-pdf"]),
    names(
        Format::Word,
        "a Word document",
        &["docx", "docm", "dotx"],
        &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ),
    names(
        Format::PowerPoint,
        "a PowerPoint presentation",
        &["pptx", "pptm", "ppsx", "potx"],
        &["application/vnd.openxmlformats-officedocument.presentationml.presentation"],
    ),
    names(
        Format::Excel,
        "an Excel workbook",
        &["xlsx", "xlsm", "xltx"],
        &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
    ),
    names(
        Format::OpenText,
        "an OpenDocument text",
        &["odt", "ott"],
        &["application/vnd.oasis.opendocument.text"],
    ),
    names(
        Format::OpenPresentation,
        "an OpenDocument presentation",
        &["odp", "otp"],
        &["application/vnd.oasis.opendocument.presentation"],
    ),
    names(
        Format::OpenSpreadsheet,
        "an OpenDocument spreadsheet",
        &["ods", "ots"],
        &["application/vnd.oasis.opendocument.spreadsheet"],
    ),
    names(Format::Epub, "an EPUB book", &["epub"], &["application/epub+zip"]),
];

const fn names(
    format: Format,
    said: &'static str,
    extensions: &'static [&'static str],
    media_types: &'static [&'static str],
) -> Names {
    Names { format, said, extensions, media_types }
}

impl Format {
    /// What people call it, with an article.
    pub(super) fn said(self) -> &'static str {
        FORMATS.iter().find(|names| names.format == self).map_or("a file", |names| names.said)
    }

    /// What the end of a file's name claims.
    pub(super) fn of_filename(filename: &str) -> Option<Self> {
        let (_, extension) = filename.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        FORMATS.iter().find(|names| names.extensions.contains(&extension.as_str())).map(|names| names.format)
    }

    /// What a `Content-Type` claims; its parameters don't matter.
    pub(super) fn of_media_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        FORMATS.iter().find(|names| names.media_types.contains(&essence.as_str())).map(|names| names.format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types_claim_formats() {
        assert_eq!(Format::of_filename("Prices.2026.XLSX"), Some(Format::Excel));
        assert_eq!(Format::of_filename("prices"), None);
        assert_eq!(Format::of_filename("a.exe"), None);
        assert_eq!(Format::of_media_type("Text/HTML; charset=utf-8"), Some(Format::Html));
        assert_eq!(Format::of_media_type("application/octet-stream"), None);
    }

    #[test]
    fn each_format_has_a_name() {
        for names in FORMATS {
            assert_eq!(names.format.said(), names.said);
        }
    }
}
