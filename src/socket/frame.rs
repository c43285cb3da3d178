//! Lines that leave together, as one WebSocket message.

use bytestring::ByteString;

/// A message that is being put together. A line that stays alone is not copied: it may be shared with other sockets.
#[derive(Debug, Default)]
pub(super) enum Frame {
    /// Nothing yet.
    #[default]
    Empty,
    /// One line.
    Line(ByteString),
    /// Several.
    Lines(String),
}

impl Frame {
    /// Adds a line.
    pub(super) fn push(&mut self, line: ByteString) {
        match self {
            Self::Empty => *self = Self::Line(line),
            Self::Line(first) => {
                let mut lines = String::with_capacity(first.len() + line.len() + ROOM_FOR_MORE);
                lines.push_str(first);
                *self = Self::Lines(lines);
                self.push(line);
            }
            Self::Lines(lines) => {
                lines.push('\n');
                lines.push_str(&line);
            }
        }
    }

    /// The message, unless it is empty.
    pub(super) fn into_text(self) -> Option<ByteString> {
        match self {
            Self::Empty => None,
            Self::Line(line) => Some(line),
            Self::Lines(lines) => Some(lines.into()),
        }
    }
}

/// An acknowledgement and a question are mostly followed by an answer.
const ROOM_FOR_MORE: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_leave_together_and_nothing_leaves_nothing() {
        let mut frame = Frame::default();
        assert_eq!(std::mem::take(&mut frame).into_text(), None);
        for line in ["one", "two", "three"] {
            frame.push(line.into());
        }
        assert_eq!(frame.into_text().as_deref(), Some("one\ntwo\nthree"));
    }

    #[test]
    fn a_line_alone_is_shared() {
        let line = ByteString::from(String::from("one"));
        let mut frame = Frame::default();
        frame.push(line.clone());
        assert_eq!(frame.into_text().map(|text| text.as_ptr()), Some(line.as_ptr()));
    }
}
