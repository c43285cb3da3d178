//! The citations of an answer that a model wrote.

use std::collections::BTreeMap;
use std::ops::Range;

use super::quote::{Quote, best, citation};
use crate::chatbot::knowledge::{Index, sentences};
use crate::model::{Citation, Hit};

/// The citations of an answer that refers to the hits as `[1]`, `[2]`…: for every hit that is referred to, the
/// words of it that fit the referring sentence best. References to hits that don't exist have no citation.
#[must_use]
pub fn cite(question: &str, answer: &str, hits: &[Hit], index: &Index) -> Vec<Citation> {
    let mut quotes: BTreeMap<usize, Quote> = BTreeMap::new();
    for sentence in sentences(answer).into_iter().filter_map(|span| answer.get(span)) {
        for number in references(sentence) {
            let Some(hit) = number.checked_sub(1).and_then(|place| hits.get(place)) else { continue };
            let Some(quote) = supporting(question, sentence, hit, index) else { continue };
            let kept = quotes.get(&number).is_some_and(|other| other.score >= quote.score);
            if !kept {
                quotes.insert(number, quote);
            }
        }
    }
    let cited = quotes.into_iter().filter_map(|(number, quote)| {
        let hit = hits.get(number.checked_sub(1)?)?;
        citation(u32::try_from(number).ok()?, quote.core, &hit.passage)
    });
    literal(cited.collect(), hits)
}

/// The citations whose quotes stand in a passage of their source, byte for byte; the others are dropped.
#[must_use]
pub fn literal(citations: Vec<Citation>, hits: &[Hit]) -> Vec<Citation> {
    let stands = |citation: &Citation| {
        let of_source = |hit: &&Hit| hit.passage.source_id == citation.source_id;
        !citation.quote.is_empty()
            && hits.iter().filter(of_source).any(|hit| hit.passage.text.contains(&citation.quote))
    };
    citations.into_iter().filter(stands).collect()
}

/// The words of a passage that fit a sentence best, or the question where the sentence shares no word with it
/// ("Yes, that is right [1].").
fn supporting(question: &str, sentence: &str, hit: &Hit, index: &Index) -> Option<Quote> {
    let shares = |text: &str| {
        let query = index.query(text);
        query.coverage(&index.matches(&query, &hit.passage.text)) > 0.0
    };
    let claim = if shares(sentence) { sentence } else { question };
    best(claim, std::slice::from_ref(hit), index, 1).into_iter().next()
}

/// The numbers in brackets: `[1]`, `[1, 2]`, `[1][2]`.
fn references(sentence: &str) -> Vec<usize> {
    brackets(sentence)
        .filter_map(|inside| sentence.get(inside))
        .filter(|inside| {
            inside.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ',' | ';' | ' '))
        })
        .flat_map(|inside| inside.split([',', ';', ' ']))
        .filter_map(|number| number.parse().ok())
        .collect()
}

fn brackets(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices('[').filter_map(|(at, open)| {
        let start = at + open.len();
        let length = text.get(start..)?.find(']')?;
        Some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::model::{Chunk, ChunkId, DocumentId, SourceId, StageScores};

    fn chunk(number: u128, text: &str) -> Chunk {
        Chunk {
            chunk_id: ChunkId::from_uuid(Uuid::from_u128(number)),
            source_id: SourceId::from_uuid(Uuid::from_u128(number)),
            document_id: DocumentId::from_uuid(Uuid::from_u128(number)),
            title: "Shop".into(),
            url: None,
            span: 0..text.len(),
            text: text.into(),
        }
    }

    fn cited(answer: &str, texts: &[&str]) -> Vec<Citation> {
        let chunks: Vec<Chunk> = (0..).zip(texts).map(|(number, text)| chunk(number, text)).collect();
        let hit =
            |chunk: &Chunk| Hit { passage: chunk.clone().into(), score: 1.0, stages: StageScores::default() };
        let hits: Vec<Hit> = chunks.iter().map(hit).collect();
        cite("Can I return tea?", answer, &hits, &Index::build(chunks))
    }

    const RETURNS: &str =
        "The shop was founded in 1998. Goods may be sent back within 30 days. Cups are blue.";
    const TEA: &str = "Tea comes from Assam. Opened tea can't be returned. We are closed on Sundays.";

    fn quotes(answer: &str) -> Vec<(u32, String)> {
        cited(answer, &[RETURNS, TEA]).into_iter().map(|citation| (citation.n, citation.quote)).collect()
    }

    #[test]
    fn a_reference_gets_the_words_that_its_sentence_rests_on() {
        assert_eq!(
            quotes("You have 30 days to send goods back [1]. That excludes tea that was opened [2]."),
            [
                (1, "Goods may be sent back within 30 days.".to_owned()),
                (2, "Opened tea can't be returned.".to_owned())
            ]
        );
    }

    #[test]
    fn several_numbers_share_brackets_and_unknown_ones_are_dropped() {
        let numbers = |answer: &str| quotes(answer).into_iter().map(|(n, _)| n).collect::<Vec<_>>();
        assert_eq!(numbers("Opened tea stays with you, goods may go back [2, 1][7] [0]."), [1, 2]);
        assert!(numbers("See [the terms] and [99999999999999999999999].").is_empty());
    }

    #[test]
    fn an_answer_that_shares_no_word_is_cited_by_the_question() {
        assert_eq!(quotes("No [2]."), [(2, "Opened tea can't be returned.".to_owned())]);
    }

    #[test]
    fn what_no_passage_says_is_no_citation() {
        let mut citations = cited("Opened tea [2].", &[RETURNS, TEA]);
        let hits = [Hit { passage: chunk(1, TEA).into(), score: 1.0, stages: StageScores::default() }];
        assert_eq!(literal(citations.clone(), &hits).len(), 1);
        for citation in &mut citations {
            citation.quote.push('!');
        }
        assert_eq!(literal(citations, &hits), []);
    }

    proptest! {
        #[test]
        fn citations_are_literal_whatever_the_model_writes(
            answer in "(\\PC|\\[1\\]|\\[2|\\]|\\[|, |tea |goods |\\. ){0,40}",
            text in "(\\PC|tea |goods |\\. |\n){0,60}",
        ) {
            for citation in cited(&answer, &[&text, TEA]) {
                let source = if citation.n == 1 { text.as_str() } else { TEA };
                prop_assert!(source.contains(&citation.quote));
            }
        }
    }
}
