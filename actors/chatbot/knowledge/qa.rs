//! Questions that the owner answered by hand.

use std::ops::Range;

/// Begins the line of a question.
const QUESTION: &str = "Q: ";
/// Begins its answer, a paragraph below.
const ANSWER: &str = "A: ";

/// A question with its answer, as bytes of the text they stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QaPair {
    /// Where the pair begins, mark included.
    pub start: usize,
    /// The question, without its mark.
    pub question: Range<usize>,
    /// The answer, without its mark; may have several paragraphs.
    pub answer: Range<usize>,
}

/// The document of a question and its answer: what is stored, searched and quoted.
#[must_use]
pub fn qa_text(question: &str, answer: &str) -> String {
    let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{QUESTION}{question}\n\n{ANSWER}{}\n", answer.trim())
}

/// Where the first question of a text stands, be it whole or the end of an answer that began before.
#[must_use]
pub fn qa_question(text: &str) -> Option<usize> {
    line_starts(text).find(|start| begins(text, *start, QUESTION))
}

/// The pairs in a text that [`qa_text`] wrote, or several of them one after the other.
#[must_use]
pub fn qa_pairs(text: &str) -> Vec<QaPair> {
    let starts: Vec<usize> = line_starts(text).filter(|start| begins(text, *start, QUESTION)).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).filter_map(|(start, end)| pair(text, start..end)).collect()
}

fn pair(text: &str, range: Range<usize>) -> Option<QaPair> {
    let block = text.get(range.clone())?;
    let line_end = block.find('\n')?;
    let answer_at = line_end + leading_space(block.get(line_end..)?);
    let body = block.get(answer_at..)?.strip_prefix(ANSWER)?;
    let question = block.get(QUESTION.len()..line_end)?.trim();
    let question_start = range.start + QUESTION.len() + leading_space(block.get(QUESTION.len()..)?);
    let answer = body.trim();
    let answer_start = range.start + answer_at + ANSWER.len() + leading_space(body);
    (!answer.is_empty() && !question.is_empty()).then(|| QaPair {
        start: range.start,
        question: question_start..question_start + question.len(),
        answer: answer_start..answer_start + answer.len(),
    })
}

/// Bytes of white space that the text begins with.
fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}

fn begins(text: &str, at: usize, mark: &str) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        qa_pairs(text).into_iter().map(|pair| (&text[pair.question], &text[pair.answer])).collect()
    }

    #[test]
    fn pairs_are_read_back_as_they_were_written() {
        let text = format!(
            "{}\n{}",
            qa_text("When do you\nopen?", " At nine.\n\nOn Sundays never. "),
            qa_text("Why?", "So.")
        );
        assert_eq!(read(&text), [("When do you open?", "At nine.\n\nOn Sundays never."), ("Why?", "So.")]);
    }

    #[test]
    fn ordinary_text_holds_no_pairs() {
        assert_eq!(read("Q: a question that nobody answered\n\nSome text."), []);
        assert_eq!(read("We answer: at nine. FAQ: see below."), []);
    }

    proptest! {
        #[test]
        fn reading_never_leaves_the_text(text in "(Q: |A: |\n|ä|[a-z?]|\u{2028}| ){0,60}") {
            for pair in qa_pairs(&text) {
                prop_assert!(text.get(pair.question).is_some_and(|part| !part.is_empty()));
                prop_assert!(text.get(pair.answer).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
