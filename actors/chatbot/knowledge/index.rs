//! The index of a chatbot's passages: immutable, searched by many at once.

use std::collections::HashMap;
use std::sync::Arc;

use super::best::best;
use super::index_builder::{Built, IndexBuilder};
use super::postings::{BODY, ChunkNumber, Postings, Quarters, TermId};
use super::query::{Query, QueryTerm};
use super::tongues::Tongues;
use super::{Analyzer, Language};
use crate::model::{Chunk, ChunkId, Hit, Passage, StageScores};

/// How soon further occurrences of a term stop counting.
const K1: f32 = 1.2;
/// How much a long passage must make up for its length, 0 to 1.
const B: f32 = 0.75;
/// Distinct terms of a question that are searched; the rest of a very long one is not.
const QUERY_TERMS_MAX: usize = 64;
/// How much more of the subject a word is that nothing that was read contains.
const UNREAD_SUBSTANCE: f32 = 1.5;
/// Letters that a term must share with a relative from the beginning on.
const RELATIVE_HEAD_CHARS: usize = 4;
/// How much alike they must be.
const LIKENESS_MIN: f32 = 0.7;
/// Relatives that stand in for one term…
const RELATIVES_MAX: usize = 4;
/// …of so many that begin alike.
const RELATIVES_SEEN_MAX: usize = 512;

/// Passages with the postings of their terms.
#[derive(Debug)]
pub struct Index {
    tongues: Tongues,
    terms: HashMap<Box<str>, TermId>,
    /// The term of every word as the passages of each language spell it, so that quoting them stems nothing again.
    spellings: Vec<HashMap<Box<str>, Option<TermId>>>,
    /// The terms in order, for those that begin alike.
    sorted: Vec<(Box<str>, TermId)>,
    postings: Postings,
    passages: Vec<Passage>,
    numbers: HashMap<ChunkId, ChunkNumber>,
    /// `k1 · (1 − b + b · length ÷ mean length)` of each chunk.
    norms: Vec<f32>,
    asking: Vec<String>,
}

impl Index {
    /// Indexes the chunks, each in the language of its document.
    #[must_use]
    pub fn build(chunks: Vec<Chunk>) -> Self {
        let tongues = Tongues::of(&chunks);
        let Built { terms, spellings, postings, lengths } = IndexBuilder::new(&tongues).add_all(&chunks);
        let mut sorted: Vec<_> = terms.iter().map(|(term, id)| (term.clone(), *id)).collect();
        sorted.sort_unstable();
        let asks = |analyzer: &Analyzer| {
            let words = analyzer.language().asking_words();
            words.filter_map(|word| analyzer.term(word)).collect::<Vec<_>>()
        };
        let asking = tongues.all().iter().flat_map(asks).collect();
        let numbers = (0..).zip(&chunks).map(|(number, chunk)| (chunk.chunk_id, number)).collect();
        let passages = chunks.into_iter().map(Arc::new).collect();
        let norms = norms(&lengths);
        Self { tongues, terms, spellings, sorted, postings, passages, numbers, norms, asking }
    }

    /// How many passages there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.passages.len()
    }

    /// Whether nothing has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    /// The passages that come after one in its document, in order.
    pub fn following<'a>(&'a self, passage: &'a Chunk) -> impl Iterator<Item = &'a Passage> {
        let document = self.passages.iter().skip_while(|other| other.chunk_id != passage.chunk_id).skip(1);
        document.take_while(|other| other.document_id == passage.document_id)
    }

    /// The language of a text, among those of the passages.
    #[must_use]
    pub fn language(&self, text: &str) -> Language {
        self.tongues.of_text(text).map(Analyzer::language).unwrap_or_default()
    }

    /// The words of a text with the byte at which each begins.
    pub(super) fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> + use<'t> {
        self.tongues.of_text(text).map(|analyzer| analyzer.words(text)).into_iter().flatten()
    }

    /// The passages that match the question's words best, best first; equals in the order of the documents.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let query = self.query(query);
        let found = self.best_by_words(&query, limit).into_iter();
        found
            .filter_map(|(number, score)| {
                let hit = self.hit(&query, number, score)?;
                Some(Hit { stages: StageScores { bm25: Some(score), ..hit.stages }, ..hit })
            })
            .collect()
    }

    pub(super) fn best_by_words(&self, query: &Query, limit: usize) -> Vec<(ChunkNumber, f32)> {
        best(&self.scores(query), limit)
    }

    /// Its passages, in the order of their numbers.
    #[must_use]
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The number of a passage.
    #[must_use]
    pub fn number(&self, chunk: ChunkId) -> Option<ChunkNumber> {
        self.numbers.get(&chunk).copied()
    }

    /// Takes a question apart.
    #[must_use]
    pub fn query(&self, question: &str) -> Query {
        let mut query = Query::default();
        let Some(analyzer) = self.tongues.of_text(question) else { return query };
        for (place, (_, word)) in analyzer.words(question).enumerate() {
            if query.terms.len() == QUERY_TERMS_MAX {
                break;
            }
            let Some(text) = analyzer.term(word) else { continue };
            if query.terms.iter().all(|term| term.text != text) {
                let kind = self.kind(analyzer.language(), (word, &text), place);
                query.terms.push(self.query_term(word, text, kind));
            }
        }
        query
    }

    /// How well a text holds each of the query's terms, in the query's order: 1 for the term itself, less for a
    /// relative, 0 for neither.
    #[must_use]
    pub fn matches(&self, query: &Query, text: &str) -> Vec<f32> {
        let mut found = vec![0.0; query.terms.len()];
        for (_, word) in self.words(text) {
            for id in self.term_ids(word) {
                for (best, asked) in found.iter_mut().zip(&query.terms) {
                    *best = asked.likeness(id).max(*best);
                }
            }
        }
        found
    }

    /// The terms that a word stands for in passages: one for each language that has it.
    pub(super) fn term_ids(&self, word: &str) -> impl Iterator<Item = TermId> {
        let tongues = self.tongues.all().iter().zip(&self.spellings);
        tongues.filter_map(move |(analyzer, spellings)| match spellings.get(word) {
            Some(known) => *known,
            None => self.terms.get(analyzer.term(word)?.as_str()).copied(),
        })
    }

    fn kind(&self, language: Language, (word, term): (&str, &str), place: usize) -> WordKind {
        // The first word has a capital anyway, and every German noun has one.
        let capitals_name = place > 0 && language != Language::German;
        if word.starts_with(char::is_numeric) || (capitals_name && word.starts_with(char::is_uppercase)) {
            WordKind::Name
        } else if self.asking.iter().any(|asking| asking == term) {
            WordKind::Asking
        } else {
            WordKind::Subject
        }
    }

    fn query_term(&self, word: &str, text: String, kind: WordKind) -> QueryTerm {
        let mut ids: Vec<TermId> = self.term_ids(word).collect();
        ids.sort_unstable();
        ids.dedup();
        let stand_ins = if ids.is_empty() {
            self.relatives(&text)
        } else {
            ids.into_iter().map(|id| (id, 1.0)).collect()
        };
        let frequency = stand_ins.iter().map(|(id, _)| self.postings.frequency(*id)).max().unwrap_or(0);
        let unread = if stand_ins.is_empty() { UNREAD_SUBSTANCE } else { 1.0 };
        QueryTerm {
            rarity: self.inverse_frequency(frequency) * kind.rarity(),
            substance: kind.substance() * unread,
            text,
            stand_ins,
        }
    }

    /// Terms that begin like one that the index doesn't know: another ending that the stemmer kept apart, a
    /// compound, a slip of the finger.
    fn relatives(&self, text: &str) -> Vec<(TermId, f32)> {
        let head: String = text.chars().take(RELATIVE_HEAD_CHARS).collect();
        if text.chars().count() <= RELATIVE_HEAD_CHARS {
            return Vec::new();
        }
        let from = self.sorted.partition_point(|(term, _)| **term < *head);
        let alike = self.sorted.iter().skip(from).take_while(|(term, _)| term.starts_with(&head));
        let mut relatives: Vec<(TermId, f32)> = alike
            .take(RELATIVES_SEEN_MAX)
            .map(|(term, id)| (*id, likeness(text, term)))
            .filter(|(_, likeness)| *likeness >= LIKENESS_MIN)
            .collect();
        relatives.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        relatives.truncate(RELATIVES_MAX);
        relatives
    }

    /// The inverse document frequency in the form that is never negative (Lucene's).
    fn inverse_frequency(&self, frequency: usize) -> f32 {
        let frequency = frequency as f32;
        (1.0 + (self.len() as f32 - frequency + 0.5) / (frequency + 0.5)).ln()
    }

    fn scores(&self, query: &Query) -> Vec<f32> {
        let mut scores = vec![0.0; self.len()];
        for term in &query.terms {
            for (id, likeness) in &term.stand_ins {
                let weight = term.rarity * likeness;
                for (chunk, quarters) in self.postings.of(*id) {
                    let number = chunk as usize;
                    if let (Some(score), Some(norm)) = (scores.get_mut(number), self.norms.get(number)) {
                        *score += weight * saturation(quarters, *norm);
                    }
                }
            }
        }
        scores
    }

    /// A passage with the share of the question that it holds.
    pub(super) fn hit(&self, query: &Query, number: ChunkNumber, score: f32) -> Option<Hit> {
        let found: Vec<f32> = query.terms.iter().map(|term| self.held(term, number)).collect();
        let coverage = Some(query.coverage(&found));
        let passage = Arc::clone(self.passages.get(number as usize)?);
        Some(Hit { passage, score, stages: StageScores { coverage, ..StageScores::default() } })
    }

    fn held(&self, term: &QueryTerm, chunk: ChunkNumber) -> f32 {
        let held = term.stand_ins.iter().filter(|(id, _)| self.postings.holds(*id, chunk));
        held.map(|(_, likeness)| *likeness).fold(0.0, f32::max)
    }
}

/// The share of two words' letters that they have in common from the beginning on, 0 to 1.
fn likeness(a: &str, b: &str) -> f32 {
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    2.0 * common as f32 / (a.chars().count() + b.chars().count()) as f32
}

/// What a word does in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordKind {
    /// Says what kind of answer is wanted: "how many".
    Asking,
    /// Says what it is about.
    Subject,
    /// Names one thing or number.
    Name,
}

impl WordKind {
    const fn rarity(self) -> f32 {
        match self {
            Self::Asking => 0.5,
            Self::Subject | Self::Name => 1.0,
        }
    }

    const fn substance(self) -> f32 {
        match self {
            Self::Asking => 0.4,
            Self::Subject => 1.0,
            Self::Name => 1.75,
        }
    }
}

fn norms(lengths: &[u32]) -> Vec<f32> {
    let total: f32 = lengths.iter().map(|length| *length as f32).sum();
    let mean = (total / lengths.len().max(1) as f32).max(1.0);
    lengths.iter().map(|length| K1 * (1.0 - B + B * *length as f32 / mean)).collect()
}

fn saturation(quarters: Quarters, norm: f32) -> f32 {
    let occurrences = f32::from(quarters) / f32::from(BODY);
    occurrences * (K1 + 1.0) / (occurrences + norm)
}

#[cfg(test)]
mod tests;
