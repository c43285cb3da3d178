//! Documents to passages.

use std::ops::Range;

use text_splitter::{ChunkConfig, MarkdownSplitter};

/// A passage is filled up to at least this many characters where its section has them…
const CHARS_MIN: usize = 500;
/// …and never holds more than this: small enough to be about one thing, large enough to explain it.
const CHARS_MAX: usize = 1000;

/// Cuts a document, plain text or Markdown, into passages at the largest borders that fit: headings first,
/// then blocks, sentences, words. Returns the bytes of each in order; they don't overlap, hold no white space at
/// either end, and leave out nothing but white space.
#[must_use]
pub fn split(text: &str) -> Vec<Range<usize>> {
    let sizes = ChunkConfig::new(CHARS_MIN..CHARS_MAX);
    MarkdownSplitter::new(sizes)
        .chunk_indices(text)
        .filter(|(_, passage)| !passage.trim().is_empty())
        .map(|(start, passage)| {
            let lead = passage.len() - passage.trim_start().len();
            start + lead..start + lead + passage.trim().len()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_section_stays_with_its_heading() {
        let body = "All prices include tax. ".repeat(30);
        let text = format!("# Shipping\n\n{body}\n\n# Refunds\n\n{body}");
        let passages: Vec<&str> = split(&text).into_iter().map(|span| &text[span]).collect();
        let headings: Vec<Option<&str>> = passages.iter().map(|passage| passage.lines().next()).collect();
        assert_eq!(headings, [Some("# Shipping"), Some("# Refunds")]);
    }

    #[test]
    fn blank_text_has_no_passages() {
        assert_eq!(split(" \n\t\n"), Vec::<Range<usize>>::new());
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut end = 0;
        for span in split(text) {
            prop_assert!(span.start >= end, "passages overlap");
            let passage = text.get(span.clone()).ok_or_else(|| TestCaseError::fail("no literal span"))?;
            prop_assert!(!passage.is_empty() && passage.trim() == passage);
            prop_assert!(passage.chars().count() <= CHARS_MAX);
            prop_assert!(text[end..span.start].trim().is_empty(), "text was left out");
            end = span.end;
        }
        prop_assert!(text[end..].trim().is_empty(), "text was left out at the end");
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn passages_are_literal_and_leave_nothing_out(text in "\\PC{0,3000}") {
            check(&text)?;
        }

        #[test]
        fn so_they_are_in_markdown(
            blocks in prop::collection::vec("(#{1,3} [a-z ]{1,20}|- [a-zä ,.]{1,300}|\\| a \\| b \\||```|[A-Za-z ,.?]{1,900}|> [a-z]{1,40}|\u{a0} *)", 0..24),
            gap in "\n{1,3}",
        ) {
            check(&blocks.join(&gap))?;
        }
    }
}
