//! Documents to passages.

use std::ops::Range;

use text_splitter::{ChunkConfig, MarkdownSplitter};

/// A passage is filled up to at least this many characters where its section has them…
const CHARS_MIN: usize = 500;
/// …and never holds more than this: small enough to be about one thing, large enough to explain it.
const CHARS_MAX: usize = 1000;

/// A longer document is cut into parts first: the time that finding borders takes grows with the square of a text's length.
const PART_BYTES_MAX: usize = 32 * 1024;

/// Cuts a document, plain text or Markdown, into passages at the largest borders that fit: headings first,
/// then blocks, sentences, words. Returns the bytes of each in order; they don't overlap, hold no white space at
/// either end, and leave out nothing but white space.
#[must_use]
pub fn split(text: &str) -> Vec<Range<usize>> {
    let splitter = MarkdownSplitter::new(ChunkConfig::new(CHARS_MIN..CHARS_MAX));
    let passages = parts(text).flat_map(|(from, part)| {
        splitter.chunk_indices(part).map(move |(start, passage)| (from + start, passage))
    });
    passages
        .filter(|(_, passage)| !passage.trim().is_empty())
        .map(|(start, passage)| {
            let lead = passage.len() - passage.trim_start().len();
            start + lead..start + lead + passage.trim().len()
        })
        .collect()
}

/// The text in parts, each with where it begins: cut before a heading where there is one late enough, else after a blank
/// line, a line or a word.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
        let part = rest.get(..part_len(rest))?;
        from += part.len();
        Some((from - part.len(), part))
    })
}

fn part_len(text: &str) -> usize {
    if text.len() <= PART_BYTES_MAX {
        return text.len();
    }
    let most = text.floor_char_boundary(PART_BYTES_MAX);
    let least = text.floor_char_boundary(PART_BYTES_MAX / 2);
    let Some(late) = text.get(least..most) else { return most };
    let after = |border: &str| late.rfind(border).map(|at| least + at + border.len());
    let heading = late.rfind("\n#").map(|at| least + at + 1);
    heading.or_else(|| after("\n\n")).or_else(|| after("\n")).or_else(|| after(" ")).unwrap_or(most)
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
    fn a_long_document_is_cut_between_its_sections() {
        let section = |n: usize| format!("# Section {n}\n\n{}\n\n", "All prices include tax. ".repeat(200));
        let text: String = (0..60).map(section).collect();
        let all: Vec<(usize, &str)> = parts(&text).collect();
        assert!(all.len() > 2 && all.iter().all(|(_, part)| part.starts_with("# Section")));
        assert_eq!(all.iter().map(|(_, part)| *part).collect::<String>(), text);
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
        fn parts_are_short_and_the_whole_text(
            blocks in prop::collection::vec("[a-zä# \n]{0,40}", 1..40),
            times in 1_usize..120,
        ) {
            let text = blocks.concat().repeat(times);
            let mut end = 0;
            for (from, part) in parts(&text) {
                prop_assert!(from == end && !part.is_empty() && part.len() <= PART_BYTES_MAX);
                end += part.len();
            }
            prop_assert_eq!(end, text.len());
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
