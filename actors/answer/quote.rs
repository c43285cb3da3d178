//! The sentences of the passages that were found, weighed.

use std::ops::Range;

use super::cue::{Wanted, wanted};
use crate::chatbot::knowledge::{Index, Query, sentences};
use crate::model::{Chunk, Citation, Hit};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    pub(super) hit: usize,
    pub(super) span: Range<usize>,
    pub(super) score: f32,
}
fn par(name: &str, d: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(d)
}

pub(super) fn best(question: &str, hits: &[Hit], index: &Index, limit: usize) -> Vec<Quote> {
    let query = index.query(question);
    let wanted = wanted(question, index.analyzer().language());
    let top = hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    let ask = Ask { question, query: &query, index, wanted };
    let mut quotes: Vec<Quote> =
        hits.iter().enumerate().flat_map(|(place, hit)| ask.quotes(place, hit, hit.score / top)).collect();
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut chosen: Vec<Quote> = Vec::new();
    let drop = par("DROP", 0.0);
    for quote in quotes {
        if chosen.len() == limit || chosen.first().is_some_and(|f| quote.score < drop * f.score) {
            break;
        }
        if chosen.iter().all(|other| !overlap(other, &quote)) {
            chosen.push(quote);
        }
    }
    chosen
}
pub(super) fn citation(n: u32, quote: &Quote, passage: &Chunk) -> Option<Citation> {
    Some(Citation {
        n,
        source_id: passage.source_id,
        title: passage.title.clone(),
        url: passage.url.clone(),
        quote: passage.text.get(quote.span.clone())?.to_owned(),
    })
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
        let (max, pw, cw, ctx, mix, len) = (
            par("MAX", 320.0),
            par("PW", 0.5),
            par("CW", 0.15),
            par("CTX", 0.0),
            par("MIX", 1.0),
            par("LEN", 0.0),
        );
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
                if last > first && span.len() > max as usize {
                    break;
                }
                for (all, one) in union.iter_mut().zip(terms) {
                    *all = one.max(*all);
                }
                let mut wide = union.clone();
                for n in [first.wrapping_sub(1), last + 1] {
                    if let Some(t) = found.get(n) {
                        for (all, one) in wide.iter_mut().zip(t) {
                            *all = (ctx * one).max(*all);
                        }
                    }
                }
                let coverage = mix * self.query.distinction(&wide) + (1.0 - mix) * self.query.coverage(&wide);
                let quote = text.get(span.clone()).unwrap_or_default();
                let cue = self.wanted.is_some_and(|wanted| wanted.is_in(quote, self.question));
                let score = coverage
                    + pw * passage_score
                    + if cue { cw } else { 0.0 }
                    + len * span.len() as f32 / 320.0;
                quotes.push(Quote { hit: place, span, score });
            }
        }
        quotes
    }
}
