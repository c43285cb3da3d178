//! Answers that the owner wrote, given word for word before any model is asked.

use super::extractive::{ExtractiveAnswer, written};
use super::quote::citation;
use crate::chatbot::knowledge::{Index, qa_question};
use crate::model::{Chunk, Hit};

/// Questions this much alike need no model to see that they ask for the same.
const LIKENESS_MIN: f32 = 0.75;
/// The most line ends that are put between two parts of an answer.
const LINE_ENDS_MAX: usize = 2;

/// The owner's own answer, where they wrote one to a question that is hardly another.
#[must_use]
pub fn curated(question: &str, hits: &[Hit], index: &Index) -> Option<ExtractiveAnswer> {
    let quote = written(question, hits, index).filter(|quote| quote.held >= LIKENESS_MIN)?;
    let passage = &hits.get(quote.hit)?.passage;
    let beginning = passage.text.get(quote.core.clone())?;
    let text = format!("{beginning}{} [1]", rest(passage, quote.core.end, index));
    Some(ExtractiveAnswer { text, citations: vec![citation(1, quote.span, passage)?] })
}

/// What follows of an answer that is too long for one passage.
fn rest(passage: &Chunk, answer_end: usize, index: &Index) -> String {
    let mut rest = String::new();
    let mut end = passage.span.end;
    if answer_end < passage.text.len() {
        return rest;
    }
    for next in index.following(passage) {
        let own = qa_question(&next.text).unwrap_or(next.text.len());
        if let Some(more) = next.text.get(..own).map(str::trim_end).filter(|more| !more.is_empty()) {
            rest.push_str(&"\n".repeat(next.span.start.saturating_sub(end).min(LINE_ENDS_MAX)));
            rest.push_str(more);
        }
        if own < next.text.len() {
            break;
        }
        end = next.span.end;
    }
    rest
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::chatbot::knowledge::{qa_text, split};
    use crate::model::{ChunkId, DocumentId, SourceId};

    fn chunks(number: u128, text: &str) -> Vec<Chunk> {
        let chunk = |(nth, span): (u128, std::ops::Range<usize>)| Chunk {
            chunk_id: ChunkId::from_uuid(Uuid::from_u128(number * 1_000 + nth)),
            source_id: SourceId::from_uuid(Uuid::from_u128(number)),
            document_id: DocumentId::from_uuid(Uuid::from_u128(number)),
            title: "Questions".into(),
            url: None,
            text: text[span.clone()].into(),
            span,
        };
        (0..).zip(split(text)).map(chunk).collect()
    }

    fn asked(question: &str, texts: &[String]) -> Option<String> {
        let chunks = (1..).zip(texts).flat_map(|(number, text)| chunks(number, text)).collect();
        let index = Index::build(chunks);
        curated(question, &index.search(question, 8), &index).map(|answer| answer.text)
    }

    #[test]
    fn the_same_question_in_other_clothes_gets_the_owners_words() {
        let texts =
            [qa_text("Do you ship to Norway?", "Yes, *within* five days."), qa_text("Who are you?", "Ada.")];
        assert_eq!(asked("do you ship to norway", &texts).as_deref(), Some("Yes, *within* five days. [1]"));
        assert_eq!(asked("Do you ship pumps to Norway on Sundays?", &texts), None);
    }

    #[test]
    fn a_long_answer_is_given_to_its_end_and_no_further() {
        let paragraph = "Oil the pump in spring and wipe it with a dry cloth. ".repeat(12);
        let answer = [paragraph.trim(), paragraph.trim(), "Then store it."].join("\n\n");
        let text = format!("{}\n{}", qa_text("How do I care for the pump?", &answer), qa_text("Why?", "So."));
        assert!(split(&text).len() > 2, "it is more than a passage holds");
        let given = asked("How do I care for the pump?", &[text]).unwrap();
        assert_eq!(given, format!("{answer} [1]"));
    }
}
