use std::collections::HashMap;

mod languages;

use proptest::prelude::*;

use super::*;
use crate::chatbot::knowledge::Fusion;
use crate::chatbot::knowledge::testing::{chunk, index};

fn found(index: &Index, query: &str, limit: usize) -> Vec<u128> {
    index.search(query, limit).iter().map(|hit| hit.passage.chunk_id.as_uuid().as_u128()).collect()
}

#[test]
fn the_passage_with_the_rare_word_comes_first() {
    let index =
        index(&["The shop sells tea.", "The shop takes returns within 30 days.", "The shop sells cups."]);
    assert_eq!(found(&index, "How do returns work at the shop?", 1), [1]);
}

#[test]
fn a_title_counts_but_less_than_the_text() {
    let index = Index::build(vec![
        chunk(0, "Tea", "Nothing of note here today"),
        chunk(1, "Nothing", "Nothing of tea here today"),
        chunk(2, "Cups", "Nothing of note here today"),
    ]);
    assert_eq!(found(&index, "tea", 3), [1, 0]);
}

#[test]
fn an_unknown_word_finds_those_that_begin_like_it() {
    let index = index(&["Our warehouse is in Oulu.", "We deliver by subscriptions."]);
    assert_eq!(found(&index, "subscribtion", 3), [1]);
    assert_eq!(found(&index, "xylophone", 3), Vec::<u128>::new());
}

#[test]
fn coverage_is_the_share_of_the_subject_that_is_held() {
    let index = index(&["Refunds are paid in euros.", "Something else."]);
    let coverage = |question: &str| index.search(question, 1).first().and_then(|hit| hit.stages.coverage);
    assert_eq!(coverage("refunds in euros"), Some(1.0));
    assert!(coverage("refunds on Mars").is_some_and(|share| share < 0.4));
    assert_eq!(coverage("Mars"), None);
}

#[test]
fn the_index_takes_the_language_of_its_passages() {
    let finnish = index(&["Tilaus on perillä kun se on maksettu ja me olemme lähettäneet sen taloon"]);
    assert_eq!(finnish.language(""), Language::Finnish);
    assert_eq!(found(&finnish, "Milloin tilaukset ovat talossa?", 1), [0]);
}

#[test]
fn an_empty_index_and_an_empty_question_find_nothing() {
    assert!(index(&[]).search("anything", 5).is_empty());
    assert!(index(&["Tea."]).search("what is the", 5).is_empty());
    assert!(index(&["Tea."]).search("tea", 0).is_empty());
}

/// BM25 as it is written in the books: over all chunks, with no postings and a full sort.
fn reference(texts: &[String], query: &str) -> Vec<(usize, f32)> {
    let bags: Vec<Vec<&str>> =
        texts.iter().map(|text| text.split(' ').filter(|word| !word.is_empty()).collect()).collect();
    let mean = (bags.iter().map(Vec::len).sum::<usize>() as f32 / bags.len() as f32).max(1.0);
    let mut asked: Vec<&str> = query.split(' ').filter(|word| !word.is_empty()).collect();
    asked.sort_unstable();
    asked.dedup();
    let score = |bag: &Vec<&str>| -> f32 {
        let mut counts: HashMap<&str, f32> = HashMap::new();
        for word in bag {
            *counts.entry(word).or_default() += 1.0;
        }
        let term = |word: &&str| {
            let frequency = bags.iter().filter(|bag| bag.contains(word)).count() as f32;
            let rarity = (1.0 + (bags.len() as f32 - frequency + 0.5) / (frequency + 0.5)).ln();
            let count = counts.get(word).copied().unwrap_or_default();
            rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * bag.len() as f32 / mean))
        };
        asked.iter().map(term).sum()
    };
    let mut scored: Vec<(usize, f32)> =
        bags.iter().map(score).enumerate().filter(|(_, score)| *score > 0.0).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scored
}

proptest! {
    #[test]
    fn scores_are_those_of_the_formula(
        // Short made-up words that are stems already and stop words of no language.
        texts in prop::collection::vec("(zyk |vub |kwx |fjq |bqz |gzz ){1,12}", 1..12),
        query in "(zyk |vub |kwx |fjq ){1,4}",
        limit in 1_usize..14,
    ) {
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let hits = index(&borrowed).search(&query, limit);
        let expected = reference(&texts, &query);
        prop_assert_eq!(hits.len(), expected.len().min(limit));
        for (hit, (number, score)) in hits.iter().zip(&expected) {
            prop_assert!((hit.score - score).abs() < 1e-4, "{} is not {score}", hit.score);
            let own = expected.iter().find(|(other, _)| *other as u128 == hit.passage.chunk_id.as_uuid().as_u128());
            prop_assert!(own.is_some_and(|(_, own)| (own - hit.score).abs() < 1e-4), "{number}");
        }
    }

    #[test]
    fn any_text_can_be_indexed_and_any_question_asked(
        texts in prop::collection::vec("\\PC{0,80}", 0..6),
        question in "\\PC{0,80}",
    ) {
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        for hit in index(&borrowed).search(&question, 3) {
            prop_assert!(hit.score > 0.0);
            prop_assert!(hit.stages.coverage.is_some_and(|share| (0.0..=1.0001).contains(&share)));
        }
    }
}
