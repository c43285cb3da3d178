//! Server-sent events (WHATWG HTML, section 9.2.6), decoded as they come in, however they are cut.

use std::collections::VecDeque;
use std::mem;

/// The longest event, in bytes: a piece of an answer is a few hundred.
const EVENT_BYTES_MAX: usize = 1 << 20;

/// What comes is no stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SseFault {
    /// An event is longer than is taken.
    #[error("an event is too long")]
    TooLong,
    /// Events are UTF-8.
    #[error("an event is not UTF-8")]
    NotUtf8,
}

/// Collects the data of events from bytes.
#[derive(Debug, Default)]
pub(crate) struct SseDecoder {
    /// The unfinished line.
    line: Vec<u8>,
    /// The data lines of the unfinished event, each with an LF after it.
    data: Vec<u8>,
    /// Whether the last byte was a CR, so that an LF after it ends no line of its own.
    after_carriage_return: bool,
    /// Whether a line was read: a byte order mark counts before the first alone.
    begun: bool,
}

impl SseDecoder {
    /// Takes bytes, and hands over the data of the events that are complete with them.
    ///
    /// # Errors
    /// When an event is too long or no text.
    pub(crate) fn push(&mut self, bytes: &[u8], events: &mut VecDeque<String>) -> Result<(), SseFault> {
        for byte in bytes {
            let follows_carriage_return = mem::replace(&mut self.after_carriage_return, *byte == b'\r');
            match byte {
                b'\n' if follows_carriage_return => {}
                b'\n' | b'\r' => self.end_line(events)?,
                other => self.line.push(*other),
            }
            if self.line.len() + self.data.len() > EVENT_BYTES_MAX {
                return Err(SseFault::TooLong);
            }
        }
        Ok(())
    }

    /// Hands over what an event at the end lacks nothing but its empty line of.
    ///
    /// # Errors
    /// When it is no text.
    pub(crate) fn finish(&mut self, events: &mut VecDeque<String>) -> Result<(), SseFault> {
        self.end_line(events)?;
        self.dispatch(events)
    }

    fn end_line(&mut self, events: &mut VecDeque<String>) -> Result<(), SseFault> {
        let mut line = mem::take(&mut self.line);
        if !mem::replace(&mut self.begun, true) && line.starts_with(b"\xEF\xBB\xBF") {
            line.drain(..3);
        }
        if line.is_empty() {
            return self.dispatch(events);
        }
        if let Some(value) = line.strip_prefix(b"data:") {
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
            self.data.push(b'\n');
        }
        Ok(())
    }

    fn dispatch(&mut self, events: &mut VecDeque<String>) -> Result<(), SseFault> {
        let mut data = mem::take(&mut self.data);
        if data.pop().is_some() {
            events.push_back(String::from_utf8(data).map_err(|_| SseFault::NotUtf8)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<String>, SseFault> {
        let (mut decoder, mut events) = (SseDecoder::default(), VecDeque::new());
        for piece in pieces {
            decoder.push(piece, &mut events)?;
        }
        decoder.finish(&mut events)?;
        Ok(events.into())
    }

    #[test]
    fn events_are_their_data_lines() {
        let stream = b"\xEF\xBB\xBFdata: one\n\n: comment\nevent: x\nid: 1\ndata:two\ndata:  three\n\n\n\nretry: 5\n\n";
        assert_eq!(decode([&stream[..]]), Ok(vec!["one".into(), "two\n three".into()]));
    }

    #[test]
    fn all_line_ends_count_and_the_last_event_needs_none() {
        assert_eq!(
            decode([&b"data: a\r\n\r\ndata: b\r\rdata: c"[..]]),
            Ok(vec!["a".into(), "b".into(), "c".into()])
        );
    }

    #[test]
    fn endless_and_broken_events_are_faults() {
        assert_eq!(decode([&b"data: "[..], &vec![b'x'; EVENT_BYTES_MAX]]), Err(SseFault::TooLong));
        assert_eq!(decode([&b"data: x\n".repeat(EVENT_BYTES_MAX / 2)[..]]), Err(SseFault::TooLong));
        assert_eq!(decode([&b"data: \xFF\n\n"[..]]), Err(SseFault::NotUtf8));
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(cuts in proptest::collection::vec(1_usize..7, 0..60)) {
            let stream = "\u{feff}data: päivää\r\n\r\n: c\r\ndata: 👋\ndata: x\n\ndata: [DONE]\r\r".as_bytes();
            let mut pieces = Vec::new();
            let mut rest = stream;
            for cut in cuts {
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            pieces.push(rest);
            prop_assert_eq!(decode(pieces), decode([stream]));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode([&bytes[..]]);
        }
    }
}
