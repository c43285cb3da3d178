//! Bytes to characters.

use encoding_rs::{Encoding, UTF_8};

use aihio_actors::ports::ExtractError;

/// How far into a page its declaration of an encoding is looked for (WHATWG HTML, section 13.2.3.2).
const PRESCAN_BYTES: usize = 1024;

/// Decodes a text: a byte order mark decides, then validity as UTF-8, then the encoding that is declared.
///
/// # Errors
/// [`ExtractError::UnsupportedType`] for binary data, [`ExtractError::Malformed`] for characters in an encoding that
/// is neither UTF-8 nor declared.
pub(super) fn decode(bytes: &[u8], content_type: &str) -> Result<String, ExtractError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return printable(text.to_owned());
    }
    if bytes.contains(&0) {
        return Err(binary());
    }
    let declared = declared_in(content_type.as_bytes())
        .or_else(|| declared_in(bytes.get(..PRESCAN_BYTES).unwrap_or(bytes)))
        .filter(|encoding| *encoding != UTF_8);
    match declared {
        Some(encoding) => decode_as(encoding, bytes),
        None => Err(ExtractError::Malformed("its characters are not UTF-8".into())),
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, ExtractError> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => printable(text.into_owned()),
        None => Err(ExtractError::Malformed(format!("its characters are not {}", encoding.name()))),
    }
}

/// The encoding that a `charset=` names.
fn declared_in(bytes: &[u8]) -> Option<&'static Encoding> {
    let lower = bytes.to_ascii_lowercase();
    let start = lower.windows(8).position(|window| window == b"charset=")?;
    let value = lower.get(start + 8..)?.trim_ascii_start();
    let label = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = label.iter().position(|byte| b"\"'>/; \t\r\n".contains(byte)).unwrap_or(label.len());
    Encoding::for_label(label.get(..end)?)
}

/// Text holds no NUL: what does is binary data that happens to be decodable.
fn printable(text: String) -> Result<String, ExtractError> {
    if text.contains('\0') { Err(binary()) } else { Ok(text) }
}

fn binary() -> ExtractError {
    ExtractError::UnsupportedType("binary data".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_needs_no_declaration() {
        assert_eq!(decode("pöytä".as_bytes(), "text/plain; charset=iso-8859-1"), Ok("pöytä".into()));
    }

    #[test]
    fn byte_order_marks_are_obeyed_and_dropped() {
        assert_eq!(decode(b"\xEF\xBB\xBFhi", ""), Ok("hi".into()));
        assert_eq!(decode(b"\xFF\xFEh\0i\0", ""), Ok("hi".into()));
        assert_eq!(decode(b"\xFE\xFF\0h\0i", ""), Ok("hi".into()));
    }

    #[test]
    fn declared_encodings_are_read() {
        assert_eq!(decode(b"p\xF6yt\xE4", "text/html; charset=ISO-8859-1"), Ok("pöytä".into()));
        assert_eq!(
            decode(b"<meta charset='windows-1251'>\xE4\xE0", "text/html"),
            Ok("<meta charset='windows-1251'>да".into())
        );
    }

    #[test]
    fn undeclared_bytes_are_no_text() {
        assert!(matches!(decode(b"p\xF6yt\xE4", "text/plain"), Err(ExtractError::Malformed(_))));
        assert!(matches!(
            decode(b"p\xF6yt\xE4", "text/plain; charset=utf-8"),
            Err(ExtractError::Malformed(_))
        ));
        assert!(matches!(decode(b"a\0\xFF\xFA", "text/plain"), Err(ExtractError::UnsupportedType(_))));
        assert!(matches!(decode(b"a\0b", "text/plain"), Err(ExtractError::UnsupportedType(_))));
    }
}
