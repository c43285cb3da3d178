//! The first bytes of kinds of files that are recognised and not read.

/// A file format by the bytes it begins with.
struct Signature {
    /// Where the bytes stand.
    offset: usize,
    /// The bytes.
    bytes: &'static [u8],
    /// What people call it.
    name: &'static str,
}

const fn at(offset: usize, bytes: &'static [u8], name: &'static str) -> Signature {
    Signature { offset, bytes, name }
}

/// From the formats' own specifications; only signatures that no text begins with.
const SIGNATURES: &[Signature] = &[
    at(0, b"PK\x03\x04", "ZIP archive"),
    at(0, b"PK\x05\x06", "ZIP archive"),
    at(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "old Office document"),
    at(0, b"\x1F\x8B", "gzip archive"),
    at(0, b"BZh", "bzip2 archive"),
    at(0, b"\xFD7zXZ\0", "xz archive"),
    at(0, b"\x28\xB5\x2F\xFD", "Zstandard archive"),
    at(0, b"7z\xBC\xAF\x27\x1C", "7z archive"),
    at(0, b"Rar!\x1A\x07", "RAR archive"),
    at(257, b"ustar", "tar archive"),
    at(0, b"\x89PNG\r\n\x1A\n", "PNG image"),
    at(0, b"\xFF\xD8\xFF", "JPEG image"),
    at(0, b"GIF87a", "GIF image"),
    at(0, b"GIF89a", "GIF image"),
    at(8, b"WEBP", "WebP image"),
    at(8, b"WAVE", "WAV audio"),
    at(0, b"II*\0", "TIFF image"),
    at(0, b"MM\0*", "TIFF image"),
    at(4, b"ftyp", "MPEG-4 file"),
    at(0, b"ID3", "MP3 audio"),
    at(0, b"OggS", "Ogg file"),
    at(0, b"fLaC", "FLAC audio"),
    at(0, b"\x1A\x45\xDF\xA3", "Matroska video"),
    at(0, b"\x7FELF", "program"),
    at(0, b"\0asm", "WebAssembly program"),
    at(0, b"SQLite format 3\0", "SQLite database"),
    at(0, b"{\\rtf", "RTF document"),
    at(0, b"%!PS", "PostScript document"),
    at(0, b"<svg", "SVG image"),
];

/// Office and book formats are ZIP archives inside; their names tell them apart.
const ZIP_FORMATS: &[(&str, &str)] = &[
    ("docx", "Word document"),
    ("xlsx", "Excel workbook"),
    ("pptx", "PowerPoint presentation"),
    ("odt", "OpenDocument text"),
    ("ods", "OpenDocument spreadsheet"),
    ("odp", "OpenDocument presentation"),
    ("epub", "EPUB book"),
];

/// The name of the format that `content` begins like, if it is one that is not read.
pub(super) fn foreign_format(content: &[u8], extension: &str) -> Option<&'static str> {
    let found = SIGNATURES.iter().find(|signature| {
        content.get(signature.offset..).is_some_and(|rest| rest.starts_with(signature.bytes))
    })?;
    if found.bytes.starts_with(b"PK") {
        let office = ZIP_FORMATS.iter().find(|(known, _)| *known == extension);
        return Some(office.map_or(found.name, |(_, name)| name));
    }
    Some(found.name)
}
