//! Answers made of the sources' own words. No model, no network.

use super::evidence::evidence;
use super::quote::{Quote, best, citation};
use crate::chatbot::knowledge::{Index, Query, qa_pairs};
use crate::model::{Citation, Hit};

/// At most this many quotes.
const CITATIONS_MAX: usize = 3;
/// Two questions at least this much alike ask for the same.
const LIKENESS_MIN: f32 = 0.6;

/// What the sources say about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractiveAnswer {
    /// The sentences that answer, as they stand in the sources, each followed by its citation's number in brackets.
    pub text: String,
    /// Numbered from 1; each quotes those sentences with what stands around them.
    pub citations: Vec<Citation>,
}

/// Quotes what answers the question, or nothing where the evidence is below `evidence_min`.
#[must_use]
pub fn extract(question: &str, hits: &[Hit], evidence_min: f32, index: &Index) -> Option<ExtractiveAnswer> {
    if hits.is_empty() || evidence(question, hits, index) < evidence_min {
        return None;
    }
    let quotes = match written(question, hits, index) {
        Some(quote) => vec![quote],
        None => best(question, hits, index, CITATIONS_MAX),
    };
    quoted(&quotes, hits)
}

fn quoted(quotes: &[Quote], hits: &[Hit]) -> Option<ExtractiveAnswer> {
    let citations: Vec<Citation> = (1_u32..)
        .zip(quotes)
        .filter_map(|(n, quote)| citation(n, quote.span.clone(), &hits.get(quote.hit)?.passage))
        .collect();
    let words = |quote: &Quote| hits.get(quote.hit)?.passage.text.get(quote.core.clone());
    let lines: Vec<String> =
        (1_u32..).zip(quotes).filter_map(|(n, quote)| Some(format!("{} [{n}]", words(quote)?))).collect();
    (!citations.is_empty()).then(|| ExtractiveAnswer { text: lines.join("\n\n"), citations })
}

/// The owner's own answer, where they wrote one to this question.
pub(super) fn written(question: &str, hits: &[Hit], index: &Index) -> Option<Quote> {
    let asked = index.query(question);
    let pairs = hits.iter().enumerate().flat_map(|(hit, found)| {
        qa_pairs(&found.passage.text).into_iter().map(move |pair| (hit, &found.passage.text, pair))
    });
    let alike = pairs.filter_map(|(hit, text, pair)| {
        let score = likeness(question, &asked, text.get(pair.question)?, index);
        (score >= LIKENESS_MIN).then_some(Quote {
            hit,
            core: pair.answer.clone(),
            span: pair.answer,
            held: score,
            score,
        })
    });
    alike.reduce(|best, next| if next.score > best.score { next } else { best })
}

/// How far two questions ask for the same, from 0 to 1: the smaller of the shares of their subjects that each
/// finds in the other, so that neither a vague question nor a long one is like every other.
pub(super) fn likeness(question: &str, asked: &Query, other: &str, index: &Index) -> f32 {
    let there = asked.coverage(&index.matches(asked, other));
    let other = index.query(other);
    let back = other.coverage(&index.matches(&other, question));
    there.min(back)
}

#[cfg(test)]
mod tests;
