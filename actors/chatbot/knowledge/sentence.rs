//! Text to sentences.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words before whose full stop a sentence does not end, lower case, without the stop.
const ABBREVIATIONS: &[&str] = &[
    "approx", "art", "ca", "capt", "cf", "co", "col", "corp", "dr", "ed", "eds", "e.g", "esim", "etc", "fig",
    "gen", "gov", "i.e", "inc", "jr", "klo", "lt", "ltd", "maj", "max", "min", "mr", "mrs", "ms", "mt", "no",
    "nr", "op", "p", "pp", "prof", "puh", "rev", "sec", "sgt", "sr", "st", "ste", "str", "tel", "u.a", "usw",
    "vol", "vs", "z.b",
];

/// The sentences of a text as bytes of it, trimmed, in order. Line ends of Markdown blocks (blank lines, list
/// items, headings, table rows) end sentences too; full stops of abbreviations and initials don't. Borders are
/// those of Unicode Standard Annex 29, mended.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    blocks(text).into_iter().flat_map(|block| in_block(text, block)).collect()
}

fn in_block(text: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let Some(body) = text.get(block.clone()) else { return Vec::new() };
    if ["#", "|"].iter().any(|mark| body.trim_start().starts_with(mark)) {
        return trimmed(text, block).into_iter().collect();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for (at, piece) in body.split_sentence_bound_indices() {
        let end = at + piece.len();
        let so_far = body.get(start..end).unwrap_or_default();
        let next = body.get(end..).unwrap_or_default();
        if end < body.len() && !ends(so_far, next) {
            continue;
        }
        found.extend(trimmed(text, block.start + start..block.start + end));
        start = end;
    }
    found
}

/// Lines that belong together: a new block begins after a blank line and at every line that opens a Markdown
/// block.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut after_heading = false;
    for line in text.split_inclusive('\n') {
        if after_heading || opens_block(line) {
            found.push(start..at);
            start = at;
        }
        after_heading = line.trim_start().starts_with('#') || line.trim().is_empty();
        at += line.len();
    }
    found.push(start..at);
    found.retain(|block| text.get(block.clone()).is_some_and(|body| !body.trim().is_empty()));
    found
}

fn opens_block(line: &str) -> bool {
    let line = line.trim_start();
    let numbered = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    line.is_empty()
        || ["#", "- ", "* ", "+ ", "|", ">", "```"].iter().any(|mark| line.starts_with(mark))
        || (numbered.len() < line.len() && (numbered.starts_with(". ") || numbered.starts_with(") ")))
}

fn ends(sentence: &str, next: &str) -> bool {
    let sentence = sentence.trim_end();
    // Emphasis that closes right behind the stop belongs to the sentence.
    if next.trim_start().starts_with(char::is_lowercase) || next.starts_with(['*', '_', '`']) {
        return false;
    }
    // A soft line break is a border in Annex 29, but not in prose.
    let Some(before) = sentence.strip_suffix('.') else {
        return sentence
            .ends_with(['!', '?', '…', '"', '”', '»', '\'', '’', ')', ']', '。', '！', '？', ':']);
    };
    let word = before
        .rsplit(|letter: char| letter.is_whitespace() || matches!(letter, '(' | '['))
        .next()
        .unwrap_or_default();
    let lower = word.to_lowercase();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let list_number = before.chars().all(|letter| letter.is_ascii_digit());
    !initial && !list_number && !ABBREVIATIONS.contains(&lower.as_str())
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let body = text.get(range.clone())?;
    let lead = body.len() - body.trim_start().len();
    let trimmed = body.trim();
    (!trimmed.is_empty()).then(|| range.start + lead..range.start + lead + trimmed.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn abbreviations_and_initials_end_no_sentence() {
        assert_eq!(
            cut("Gen. J. Smith met Dr. Jones in St. Louis. They spoke approx. 3 hours! Why?"),
            ["Gen. J. Smith met Dr. Jones in St. Louis.", "They spoke approx. 3 hours!", "Why?"]
        );
    }

    #[test]
    fn markdown_blocks_end_sentences() {
        assert_eq!(
            cut("## 4. Prices\nAll prices are\nin euros. No tax.\n\n- one\n- two\n\n| a | b |\n| 1 | 2 |"),
            [
                "## 4. Prices",
                "All prices are\nin euros.",
                "No tax.",
                "- one",
                "- two",
                "| a | b |",
                "| 1 | 2 |"
            ]
        );
    }

    #[test]
    fn emphasis_and_list_numbers_stay_with_their_sentence() {
        assert_eq!(
            cut("* **One voice.** Only it writes.\n1. First. Then"),
            ["* **One voice.** Only it writes.", "1. First.", "Then"]
        );
    }

    #[test]
    fn a_decimal_point_is_no_border() {
        assert_eq!(cut("It costs 3.50 euros. Or less."), ["It costs 3.50 euros.", "Or less."]);
    }

    proptest! {
        #[test]
        fn sentences_are_in_order_and_leave_nothing_out(text in "(\\PC|\n|\\. |# |- ){0,200}") {
            let mut end = 0;
            for span in sentences(&text) {
                prop_assert!(span.start >= end);
                prop_assert!(text[end..span.start].trim().is_empty());
                prop_assert!(!text[span.clone()].trim().is_empty());
                end = span.end;
            }
            prop_assert!(text[end..].trim().is_empty());
        }
    }
}
