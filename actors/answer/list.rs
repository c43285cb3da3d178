//! A sentence that ends with a colon says nothing without the list that it opens.

use std::ops::Range;

/// Longest list that is quoted with the sentence that opens it, both together in bytes. Of a longer one the first items.
const LIST_BYTES_MAX: usize = 1_000;

/// The first of `sentences` of `text`, with the list that it opens.
pub(super) fn with_list(text: &str, sentences: &[Range<usize>]) -> Option<Range<usize>> {
    let (opening, rest) = sentences.split_first()?;
    let mut whole = opening.clone();
    if !text.get(opening.clone())?.ends_with(':') {
        return Some(whole);
    }
    for next in rest {
        let within_item = whole.end > opening.end && !text.get(whole.end..next.start)?.contains("\n\n");
        let belongs = is_item(text.get(next.clone())?) || within_item;
        if !belongs || next.end - whole.start > LIST_BYTES_MAX {
            break;
        }
        whole.end = next.end;
    }
    Some(whole)
}

/// Whether Markdown reads the line as an item of a list (CommonMark 0.31, 5.2).
fn is_item(line: &str) -> bool {
    let numbered = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered =
        numbered.len() < line.len() && (numbered.starts_with(". ") || numbered.starts_with(") "));
    is_numbered || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chatbot::knowledge::sentences;

    fn first(text: &str) -> Option<&str> {
        text.get(with_list(text, &sentences(text))?)
    }

    #[test]
    fn a_list_comes_with_the_sentence_that_opens_it() {
        let list = "To begin:\n\n1. Boil water. Not too hot.\n2. Add\n   tea.";
        assert_eq!(first(&format!("{list}\n\nThen drink.")), Some(list));
        assert_eq!(
            first("Two kinds:\n- green\n- black\n\nBoth are fine."),
            Some("Two kinds:\n- green\n- black")
        );
    }

    #[test]
    fn without_a_list_a_sentence_stays_alone() {
        assert_eq!(first("Note this: tea is hot. Really."), Some("Note this: tea is hot."));
        assert_eq!(first("He said:\n\nDrink it."), Some("He said:"));
        assert_eq!(first("Tea is fine.\n\n- green"), Some("Tea is fine."));
    }

    #[test]
    fn a_list_without_end_ends_where_quotes_do() {
        let text = format!("These:\n{}", "- a kind of tea\n".repeat(1_000));
        let quoted = first(&text).map(str::len);
        assert!(quoted.is_some_and(|len| (900..=LIST_BYTES_MAX).contains(&len)), "{quoted:?}");
    }
}
