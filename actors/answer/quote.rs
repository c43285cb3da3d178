//! The sentences of the passages that were found, weighed.

use std::ops::Range;

use super::cue::{Wanted, wanted};
use crate::chatbot::knowledge::{Index, Query, sentences};
use crate::model::Hit;

/// Longest quote, in bytes; one sentence may be longer.
const QUOTE_BYTES_MAX: usize = 320;

/// A stretch of sentences of one passage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Which of the hits.
    pub(super) hit: usize,
    /// The bytes of the passage's text.
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
    let mut quotes: Vec<Quote> =
        hits.iter().enumerate().flat_map(|(place, hit)| ask.quotes(place, hit, hit.score / top)).collect();
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut chosen: Vec<Quote> = Vec::new();
    for quote in quotes {
        if chosen.len() == limit {
            break;
        }
        if chosen.iter().all(|other| !overlap(other, &quote)) {
            chosen.push(quote);
        }
    }
    chosen
}

fn overlap(a: &Quote, b: &Quote) -> bool {
    a.hit == b.hit && a.span.start < b.span.end && b.span.start < a.span.end
}

struct Ask<'a> {
    question: &'a str,
    query: &'a Query,
    index: &'a Index,
    wanted: Option<Wanted>,
}

impl Ask<'_> {
    fn quotes(&self, place: usize, hit: &Hit, passage_score: f32) -> Vec<Quote> {
        let text = &*hit.passage.text;
        let spans = sentences(text);
        let found: Vec<Vec<f32>> = spans
            .iter()
            .map(|span| self.index.matches(self.query, text.get(span.clone()).unwrap_or_default()))
            .collect();
        let mut quotes = Vec::new();
        for first in 0..spans.len() {
            let mut union = vec![0.0_f32; self.query.terms().count()];
            for last in first..spans.len() {
                let (Some(a), Some(b), Some(terms)) = (spans.get(first), spans.get(last), found.get(last))
                else {
                    break;
                };
                let span = a.start..b.end;
                if last > first && span.len() > QUOTE_BYTES_MAX {
                    break;
                }
                for (all, one) in union.iter_mut().zip(terms) {
                    *all = one.max(*all);
                }
                let coverage = self.query.distinction(&union);
                let quote = text.get(span.clone()).unwrap_or_default();
                let cue = self.wanted.is_some_and(|wanted| wanted.is_in(quote, self.question));
                let score = coverage + 0.5 * passage_score + if cue { 0.15 } else { 0.0 };
                quotes.push(Quote { hit: place, span, score });
            }
        }
        quotes
    }
}
