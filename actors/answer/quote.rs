//! The sentences of the passages that were found, weighed and chosen.

use std::ops::Range;

use super::cue::{Wanted, wanted};
use super::list::with_list;
use super::section::sections;
use crate::chatbot::knowledge::{Index, Query};
use crate::model::{Chunk, Citation, Hit};

/// Longest answering words, in bytes; one sentence may be longer, with the list that it opens.
const CORE_BYTES_MAX: usize = 320;
/// Longest quote, in bytes: the answering words with what stands around them; one sentence may be longer.
const QUOTE_BYTES_MAX: usize = 360;
/// What the rank of its passage adds to a quote's score, which is 1 for words that hold all of the question.
const PASSAGE_SHARE: f32 = 0.5;
/// What it adds that the words have the kind of thing that was asked for: a name, a number, a time.
const CUE_SHARE: f32 = 0.15;
/// What a heading's words are worth to the sentences below it.
const HEADING_SHARE: f32 = 0.8;
/// Quotes whose words hold less than this share of what the best one's hold are beside the point.
const HELD_SHARE_MIN: f32 = 0.4;

/// Words of one passage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quote {
    /// Which of the hits.
    pub(super) hit: usize,
    /// The words that answer, as bytes of the passage's text.
    pub(super) core: Range<usize>,
    /// The same with the sentences around them, as far as they fit.
    pub(super) span: Range<usize>,
    /// How much of the question its words hold, from 0 to 1.
    pub(super) held: f32,
    /// How well it answers; comparable within one question.
    pub(super) score: f32,
}

/// The best quotes, best first, at most `limit`, that don't overlap.
pub(super) fn best(question: &str, hits: &[Hit], index: &Index, limit: usize) -> Vec<Quote> {
    let query = index.query(question);
    let wanted = wanted(question, index.language(question));
    let top = hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    let ask = Ask { question, query: &query, index, wanted };
    let mut quotes: Vec<Quote> = hits
        .iter()
        .enumerate()
        .flat_map(|(place, hit)| ask.quotes(place, &hit.passage.text, PASSAGE_SHARE * hit.score / top))
        .collect();
    // Of words that answer alike, the fewer are the better answer.
    quotes.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.core.len().cmp(&b.core.len())));
    let least = quotes.first().map_or(0.0, |best| best.held * HELD_SHARE_MIN);
    let mut chosen: Vec<Quote> = Vec::new();
    for quote in quotes.into_iter().filter(|quote| quote.held >= least) {
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
        document_id: Some(passage.document_id),
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
            let given = self.read(0..0, heading).scaled(HEADING_SHARE);
            let sentences: Vec<Words> = (0..section.sentences.len())
                .filter_map(|nth| {
                    let span = with_list(text, section.sentences.get(nth..)?)?;
                    Some(self.read(span.clone(), text.get(span)?))
                })
                .collect();
            for core in stretches(&sentences, &given) {
                let held = self.held(&core);
                let score = passage_score + held + if core.cue { CUE_SHARE } else { 0.0 };
                let span = widened(&section.sentences, &core.span);
                quotes.push(Quote { hit, core: core.span, span, held, score });
            }
        }
        quotes
    }

    fn read(&self, span: Range<usize>, words: &str) -> Words {
        let cue = self.wanted.is_some_and(|wanted| wanted.is_in(words, self.question));
        Words { span, held: self.index.matches(self.query, words), cue }
    }

    fn held(&self, words: &Words) -> f32 {
        f32::midpoint(self.query.coverage(&words.held), self.query.distinction(&words.held))
    }
}

/// Words of a passage and what a question finds in them.
#[derive(Debug, Clone)]
struct Words {
    /// Where they stand.
    span: Range<usize>,
    /// How well they hold each of the question's terms.
    held: Vec<f32>,
    /// Whether they have the kind of thing that was asked for.
    cue: bool,
}

impl Words {
    /// What a heading gives to the sentences below it: its words, but no answer.
    fn scaled(mut self, share: f32) -> Self {
        self.held.iter_mut().for_each(|held| *held *= share);
        Self { cue: false, ..self }
    }

    fn followed_by(&self, next: &Self) -> Self {
        let held = self.held.iter().zip(&next.held).map(|(one, other)| one.max(*other)).collect();
        Self { span: self.span.start..self.span.end.max(next.span.end), held, cue: self.cue || next.cue }
    }
}

/// All runs of sentences that fit into [`CORE_BYTES_MAX`], with what is given to each.
fn stretches(sentences: &[Words], given: &Words) -> Vec<Words> {
    let mut stretches = Vec::new();
    let mut rest = sentences;
    while let Some((first, after)) = rest.split_first() {
        let mut run = Words { span: first.span.clone(), ..given.followed_by(first) };
        stretches.push(run.clone());
        for next in after {
            run = run.followed_by(next);
            if run.span.len() > CORE_BYTES_MAX {
                break;
            }
            stretches.push(run.clone());
        }
        rest = after;
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
