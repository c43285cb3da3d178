//! The sentences of the passages that were found, weighed and chosen.

use std::ops::Range;

use super::cue::{Wanted, wanted};
use super::section::sections;
use crate::chatbot::knowledge::{Index, Query};
use crate::model::{Chunk, Citation, Hit};

/// Longest answering words, in bytes; one sentence may be longer.
const CORE_BYTES_MAX: usize = 320;
/// Longest quote, in bytes: the answering words with what stands around them; one sentence may be longer.
const QUOTE_BYTES_MAX: usize = 360;
/// What the rank of its passage adds to a quote's score, which is 1 for words that hold all of the question.
const PASSAGE_SHARE: f32 = 0.5;
/// What it adds that the words have the kind of thing that was asked for: a name, a number, a time.
const CUE_SHARE: f32 = 0.15;
/// What a heading's words are worth to the sentences below it.
const HEADING_SHARE: f32 = 0.8;
/// Quotes below this share of the best one's score say too little.
const SCORE_SHARE_MIN: f32 = 0.5;

/// Words of one passage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Which of the hits.
    pub(super) hit: usize,
    /// The words that answer, as bytes of the passage's text.
    pub(super) core: Range<usize>,
    /// The same with the sentences around them, as far as they fit.
    pub(super) span: Range<usize>,
    /// How well it answers; comparable within one question.
    pub(super) score: f32,
}

/// The best quotes, best first, at most `limit`, that don't overlap.
pub(super) fn best(question: &str, hits: &[Hit], index: &Index, limit: usize) -> Vec<Quote> {
    let query = index.query(question);
    let wanted = wanted(question, index.analyzer().language());
    let top = hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    let ask = Ask { question, query: &query, index, wanted };
    let mut quotes: Vec<Quote> = hits
        .iter()
        .enumerate()
        .flat_map(|(place, hit)| ask.quotes(place, &hit.passage.text, PASSAGE_SHARE * hit.score / top))
        .collect();
    // Of words that answer alike, the fewer are the better answer.
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.core.len().cmp(&b.core.len())));
    let least = quotes.first().map_or(0.0, |best| best.score * SCORE_SHARE_MIN);
    let mut chosen: Vec<Quote> = Vec::new();
    for quote in quotes.into_iter().filter(|quote| quote.score >= least) {
        if chosen.len() < limit && chosen.iter().all(|other| !overlap(other, &quote)) {
            chosen.push(quote);
        }
    }
    chosen
}

/// The citation of bytes of a passage.
pub(super) fn citation(n: u32, span: Range<usize>, passage: &Chunk) -> Option<Citation> {
    Some(Citation {
        n,
        source_id: passage.source_id,
        title: passage.title.clone(),
        url: passage.url.clone(),
        quote: passage.text.get(span)?.to_owned(),
    })
}

fn overlap(a: &Quote, b: &Quote) -> bool {
    a.hit == b.hit && a.span.start < b.span.end && b.span.start < a.span.end
}

/// A question with all that is needed to weigh words against it.
struct Ask<'a> {
    question: &'a str,
    query: &'a Query,
    index: &'a Index,
    wanted: Option<Wanted>,
}

impl Ask<'_> {
    /// Every stretch of sentences that fits, of every section, with its score.
    fn quotes(&self, hit: usize, text: &str, passage_score: f32) -> Vec<Quote> {
        let mut quotes = Vec::new();
        for section in sections(text) {
            let heading = section.heading.and_then(|span| text.get(span)).unwrap_or_default();
            let given = self
                .index
                .matches(self.query, heading)
                .iter()
                .map(|held| held * HEADING_SHARE)
                .collect::<Vec<_>>();
            let sentences = section.sentences.iter().filter_map(|span| text.get(span.clone()));
            let found: Vec<Vec<f32>> =
                sentences.map(|sentence| self.index.matches(self.query, sentence)).collect();
            for (core, held) in stretches(&section.sentences, &found, &given) {
                let score = passage_score + self.score(text.get(core.clone()).unwrap_or_default(), &held);
                let span = widened(&section.sentences, &core);
                quotes.push(Quote { hit, core, span, score });
            }
        }
        quotes
    }

    fn score(&self, words: &str, held: &[f32]) -> f32 {
        let cue = self.wanted.is_some_and(|wanted| wanted.is_in(words, self.question));
        f32::midpoint(self.query.coverage(held), self.query.distinction(held))
            + if cue { CUE_SHARE } else { 0.0 }
    }
}

/// All runs of sentences that fit into [`CORE_BYTES_MAX`], each with how well its words hold the query's terms.
fn stretches(sentences: &[Range<usize>], found: &[Vec<f32>], given: &[f32]) -> Vec<(Range<usize>, Vec<f32>)> {
    let mut stretches = Vec::new();
    for first in 0..sentences.len() {
        let mut held = given.to_vec();
        let mut start = None;
        for (sentence, terms) in sentences.iter().zip(found).skip(first) {
            let core = *start.get_or_insert(sentence.start)..sentence.end;
            if core.start < sentence.start && core.len() > CORE_BYTES_MAX {
                break;
            }
            for (best, one) in held.iter_mut().zip(terms) {
                *best = one.max(*best);
            }
            stretches.push((core, held.clone()));
        }
    }
    stretches
}

/// The words with the sentences after and before them, nearest first, as far as they fit.
fn widened(sentences: &[Range<usize>], core: &Range<usize>) -> Range<usize> {
    let after = sentences.iter().filter(|sentence| sentence.start >= core.end).map(|sentence| sentence.end);
    let end = after.take_while(|end| end - core.start <= QUOTE_BYTES_MAX).last().unwrap_or(core.end);
    let before =
        sentences.iter().filter(|sentence| sentence.end <= core.start).map(|sentence| sentence.start);
    let start = before.rev().take_while(|start| end - start <= QUOTE_BYTES_MAX).last().unwrap_or(core.start);
    start..end
}
