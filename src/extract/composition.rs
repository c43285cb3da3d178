//! A document as it is put down: Markdown that reads well as plain text too, one block after the other.

use aihio_actors::ports::ExtractError;

use super::limits::ExtractLimits;
use super::text::too_long;

/// Markdown has six levels of headings.
const HEADING_LEVEL_MAX: usize = 6;
/// Deeper items are no further right.
const ITEM_DEPTH_MAX: usize = 8;

/// What stands before an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// One of many.
    Bullet,
    /// The n-th.
    Number(usize),
}

/// Text that grows block by block, up to a limit.
pub(super) struct Composition<'a> {
    text: String,
    limits: &'a ExtractLimits,
    after: After,
}

/// What the last block was: items of a list stand close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Block,
    Item,
}

impl<'a> Composition<'a> {
    pub(super) const fn new(limits: &'a ExtractLimits) -> Self {
        Self { text: String::new(), limits, after: After::Block }
    }

    /// A heading of a level from 1.
    ///
    /// # Errors
    /// [`ExtractError::TooLarge`] once the text is longer than is kept; so with every block.
    pub(super) fn heading(&mut self, level: usize, words: &str) -> Result<(), ExtractError> {
        let marks = "#".repeat(level.clamp(1, HEADING_LEVEL_MAX));
        self.block(&marks, " ", &one_line(words), After::Block)
    }

    /// A paragraph; it may have line ends.
    ///
    /// # Errors
    /// As with [`heading`](Self::heading).
    pub(super) fn paragraph(&mut self, words: &str) -> Result<(), ExtractError> {
        self.block("", "", words.trim(), After::Block)
    }

    /// An item of a list, at a depth from 0.
    ///
    /// # Errors
    /// As with [`heading`](Self::heading).
    pub(super) fn item(&mut self, depth: usize, mark: Mark, words: &str) -> Result<(), ExtractError> {
        let indent = "  ".repeat(depth.min(ITEM_DEPTH_MAX));
        let mark = match mark {
            Mark::Bullet => format!("{indent}-"),
            Mark::Number(n) => format!("{indent}{n}."),
        };
        self.block(&mark, " ", &one_line(words), After::Item)
    }

    /// All that was put down.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn block(&mut self, mark: &str, gap: &str, words: &str, kind: After) -> Result<(), ExtractError> {
        if words.is_empty() {
            return Ok(());
        }
        if self.text.len() + mark.len() + words.len() > self.limits.text_bytes_max {
            return Err(too_long(self.limits));
        }
        if !self.text.is_empty() {
            self.text.push_str(if kind == After::Item && self.after == kind { "\n" } else { "\n\n" });
        }
        self.after = kind;
        for piece in [mark, gap, words] {
            self.text.push_str(piece);
        }
        Ok(())
    }
}

/// Words in one line, single spaces between them.
pub(super) fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_apart_and_items_together() {
        let limits = ExtractLimits::default();
        let mut text = Composition::new(&limits);
        text.heading(1, "Tea\n time").unwrap();
        text.paragraph(" Two\nlines. ").unwrap();
        text.item(0, Mark::Bullet, "green").unwrap();
        text.item(1, Mark::Number(2), "sencha").unwrap();
        text.paragraph("").unwrap();
        text.heading(9, "Deep").unwrap();
        assert_eq!(text.finish(), "# Tea time\n\nTwo\nlines.\n\n- green\n  2. sencha\n\n###### Deep");
    }

    #[test]
    fn a_text_ends_at_its_limit() {
        let limits = ExtractLimits { text_bytes_max: 8, ..ExtractLimits::default() };
        let mut text = Composition::new(&limits);
        text.paragraph("12345678").unwrap();
        assert!(matches!(text.paragraph("9"), Err(ExtractError::TooLarge(_))));
    }
}
