//! The parts of a passage that belong under one heading.

use std::ops::Range;

use crate::chatbot::knowledge::{QaPair, qa_pairs, sentences};

/// Sentences under their heading, as bytes of the passage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// What they are about: a Markdown heading, or the question that they answer.
    pub(super) heading: Option<Range<usize>>,
    /// The sentences in order.
    pub(super) sentences: Vec<Range<usize>>,
}

/// The sections of a passage that have sentences.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let pairs = qa_pairs(text);
    let prose_end = pairs.first().map_or(text.len(), |pair| pair.start);
    let mut sections = under_headings(text, 0..prose_end);
    sections.extend(pairs.into_iter().map(|pair| answered(text, pair)));
    sections.retain(|section| !section.sentences.is_empty());
    sections
}

fn under_headings(text: &str, range: Range<usize>) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for span in sentences_in(text, range) {
        if text.get(span.clone()).is_some_and(is_heading) {
            sections.push(Section { heading: Some(span), sentences: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            section.sentences.push(span);
        }
    }
    sections
}

fn answered(text: &str, pair: QaPair) -> Section {
    Section { sentences: sentences_in(text, pair.answer).collect(), heading: Some(pair.question) }
}

fn sentences_in(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let part = text.get(range.clone()).unwrap_or_default();
    sentences(part).into_iter().map(move |span| range.start + span.start..range.start + span.end)
}

fn is_heading(line: &str) -> bool {
    let title = line.trim_start_matches('#');
    title.len() < line.len() && title.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chatbot::knowledge::qa_text;

    fn read(text: &str) -> Vec<(Option<&str>, Vec<&str>)> {
        let words = |span: Range<usize>| text.get(span).unwrap_or_default();
        let read = |section: Section| {
            (section.heading.map(words), section.sentences.into_iter().map(words).collect())
        };
        sections(text).into_iter().map(read).collect()
    }

    #[test]
    fn sentences_stand_under_the_nearest_heading() {
        assert_eq!(
            read("Before. All.\n\n# Shop\n## Tea\nGreen. Black.\n\n# Empty"),
            [(None, vec!["Before.", "All."]), (Some("## Tea"), vec!["Green.", "Black."])]
        );
    }

    #[test]
    fn an_answer_stands_under_its_question_without_its_mark() {
        let text = format!("Hello.\n\n{}", qa_text("Why?", "So. It is."));
        assert_eq!(read(&text), [(None, vec!["Hello."]), (Some("Why?"), vec!["So.", "It is."])]);
    }
}
