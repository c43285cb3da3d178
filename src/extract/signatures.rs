//! The first bytes of kinds of files that are recognised and not read, and of ZIP archives.

use aihio_actors::ports::ExtractError;

use super::archive::locked;

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
    at(0, OLE, "old Office document"),
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

/// The beginning of a compound file ([MS-CFB], section 2.2).
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// An entry of a ZIP archive, and the end of one without entries (APPNOTE 6.3.10, sections 4.3.7 and 4.3.16).
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", ZIP_END];
const ZIP_END: &[u8] = b"PK\x05\x06";
/// The end record without its comment, and the longest comment.
const ZIP_END_BYTES: usize = 22;
const ZIP_COMMENT_BYTES_MAX: usize = 0xFFFF;

/// Why a file is not read, by the bytes it begins with, if it is of a format that is known and not read.
pub(super) fn foreign_format(content: &[u8]) -> Option<ExtractError> {
    let found = SIGNATURES.iter().find(|signature| {
        content.get(signature.offset..).is_some_and(|rest| rest.starts_with(signature.bytes))
    })?;
    if found.bytes == OLE && is_encrypted_package(content) {
        return Some(locked());
    }
    Some(ExtractError::UnsupportedType(found.name.into()))
}

/// An office document with a password is a compound file with this stream ([MS-OFFCRYPTO], section 2.3.4.4).
fn is_encrypted_package(content: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    content.windows(name.len()).any(|window| window == name)
}

/// Whether a file begins as a ZIP archive.
pub(super) fn is_zip(content: &[u8]) -> bool {
    ZIP.iter().any(|signature| content.starts_with(signature))
}

/// Whether a file ends as a ZIP archive, to the last byte of its comment: readers of archives begin at the end.
pub(super) fn is_zip_to_its_end(content: &[u8]) -> bool {
    let tail = content.len().saturating_sub(ZIP_END_BYTES + ZIP_COMMENT_BYTES_MAX);
    let tail = content.get(tail..).unwrap_or_default();
    tail.windows(ZIP_END_BYTES).enumerate().any(|(at, record)| {
        let comment = match record {
            [.., low, high] => usize::from(u16::from_le_bytes([*low, *high])),
            _ => return false,
        };
        record.starts_with(ZIP_END) && at + ZIP_END_BYTES + comment == tail.len()
    })
}
