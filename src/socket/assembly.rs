//! From frames to text: fragments are put together under a cap and checked as they come (RFC 6455, 5.4 and 8.1).

use bytes::{Bytes, BytesMut};

use super::close::Disconnect;

/// The longest message, in bytes.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// A message in pieces.
#[derive(Debug)]
pub(super) struct Assembly {
    bytes_max: usize,
    kind: Option<Kind>,
    parts: BytesMut,
    /// How much of `parts` is known to be valid UTF-8.
    valid: usize,
}

/// What a message is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Bytes.
    Binary,
}

impl Assembly {
    /// Takes messages of at most `bytes_max` bytes.
    #[must_use]
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, kind: None, parts: BytesMut::new(), valid: 0 }
    }

    /// The first fragment.
    ///
    /// # Errors
    /// When it is too long or already can't become text.
    pub(super) fn first(&mut self, kind: Kind, part: &[u8]) -> Result<(), Disconnect> {
        self.kind = Some(kind);
        self.push(part)
    }

    /// A further fragment.
    ///
    /// # Errors
    /// As for [`Self::first`].
    pub(super) fn more(&mut self, part: &[u8]) -> Result<(), Disconnect> {
        self.push(part)
    }

    /// The last fragment; gives the whole message.
    ///
    /// # Errors
    /// As for [`Self::first`], and when text ends within a character.
    pub(super) fn last(&mut self, part: &[u8]) -> Result<(Kind, Bytes), Disconnect> {
        self.push(part)?;
        let kind = self.kind.take().ok_or(Disconnect::ProtocolBroken)?;
        if kind == Kind::Text && self.valid < self.parts.len() {
            return Err(Disconnect::InvalidText);
        }
        self.valid = 0;
        // The buffer is given away with the message: an idle socket holds none.
        Ok((kind, std::mem::take(&mut self.parts).freeze()))
    }

    fn push(&mut self, part: &[u8]) -> Result<(), Disconnect> {
        if self.parts.len() + part.len() > self.bytes_max {
            return Err(Disconnect::TooBig);
        }
        self.parts.extend_from_slice(part);
        if self.kind == Some(Kind::Text) {
            self.check()?;
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), Disconnect> {
        let unchecked = self.parts.get(self.valid..).unwrap_or_default();
        match std::str::from_utf8(unchecked) {
            Ok(_) => self.valid = self.parts.len(),
            // A character may be cut by the fragment's end; only what can't become one any more is an error.
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(Disconnect::InvalidText),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(assembly: &mut Assembly, parts: &[&[u8]]) -> Result<(Kind, Bytes), Disconnect> {
        let (last, rest) = parts.split_last().unwrap();
        let mut parts = rest.iter();
        assembly.first(Kind::Text, parts.next().copied().unwrap_or_default())?;
        for part in parts {
            assembly.more(part)?;
        }
        assembly.last(last)
    }

    #[test]
    fn text_that_can_never_be_valid_is_refused_at_once() {
        let mut assembly = Assembly::new(100);
        assert_eq!(assembly.first(Kind::Text, b"ok \xff"), Err(Disconnect::InvalidText));
    }

    #[test]
    fn text_that_ends_within_a_character_is_refused() {
        let euro = "\u{20ac}".as_bytes();
        assert_eq!(whole(&mut Assembly::new(100), &[&euro[..1], &euro[1..2]]), Err(Disconnect::InvalidText));
    }

    #[test]
    fn the_cap_holds_for_the_sum_of_fragments() {
        assert_eq!(whole(&mut Assembly::new(4), &[b"abc", b"de"]), Err(Disconnect::TooBig));
    }

    proptest! {
        #[test]
        fn any_text_survives_any_fragmentation(text in "\\PC{0,60}", cuts in prop::collection::vec(0_usize..240, 0..8)) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, 0, bytes.len()]);
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            let (kind, whole) = whole(&mut Assembly::new(1_000), &parts).unwrap();
            prop_assert_eq!((kind, &whole[..]), (Kind::Text, bytes));
        }
    }
}
