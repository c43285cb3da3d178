//! The index of a chatbot's passages: immutable, searched by many at once.

use std::collections::HashMap;
use std::sync::Arc;

use super::best::best;
use super::index_builder::{Built, IndexBuilder};
use super::postings::{BODY, ChunkNumber, Postings, Quarters, TermId};
use super::query::{Query, QueryTerm};
use super::{Analyzer, Language};
use crate::model::{Chunk, ChunkId, Hit, Passage, StageScores};

/// How soon further occurrences of a term stop counting.
const K1: f32 = 1.2;
/// How much a long passage must make up for its length, 0 to 1.
const B: f32 = 0.75;
/// Chunks that are looked at to tell the language.
const LANGUAGE_SAMPLE: usize = 64;
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
    analyzer: Analyzer,
    terms: HashMap<Box<str>, TermId>,
    /// The term of every word as the passages spell it, so that quoting them stems nothing again.
    spellings: HashMap<Box<str>, Option<TermId>>,
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
    /// Indexes the chunks, in the language that most of them are in.
    #[must_use]
    pub fn build(chunks: Vec<Chunk>) -> Self {
        let language = language_of(&chunks);
        let analyzer = Analyzer::new(language);
        let Built { terms, spellings, postings, lengths } = IndexBuilder::new(&analyzer).add_all(&chunks);
        let mut sorted: Vec<_> = terms.iter().map(|(term, id)| (term.clone(), *id)).collect();
        sorted.sort_unstable();
        let asking = language.asking_words().filter_map(|word| analyzer.term(word)).collect();
        let numbers = (0..).zip(&chunks).map(|(number, chunk)| (chunk.chunk_id, number)).collect();
        let passages = chunks.into_iter().map(Arc::new).collect();
        let norms = norms(&lengths);
        Self { analyzer, terms, spellings, sorted, postings, passages, numbers, norms, asking }
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

    /// How it cuts text into terms.
    #[must_use]
    pub const fn analyzer(&self) -> &Analyzer {
        &self.analyzer
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
        for (place, (_, word)) in self.analyzer.words(question).enumerate() {
            if query.terms.len() == QUERY_TERMS_MAX {
                break;
            }
            let Some(text) = self.analyzer.term(word) else { continue };
            if query.terms.iter().all(|term| term.text != text) {
                let kind = self.kind(word, &text, place);
                query.terms.push(self.query_term(text, kind));
            }
        }
        query
    }

    /// How well a text holds each of the query's terms, in the query's order: 1 for the term itself, less for a
    /// relative, 0 for neither.
    #[must_use]
    pub fn matches(&self, query: &Query, text: &str) -> Vec<f32> {
        let mut found = vec![0.0; query.terms.len()];
        for (_, word) in self.analyzer.words(text) {
            let Some(id) = self.term_id(word) else { continue };
            for (best, asked) in found.iter_mut().zip(&query.terms) {
                *best = asked.likeness(id).max(*best);
            }
        }
        found
    }

    /// The term of a word as it is spelt.
    pub(super) fn term_id(&self, word: &str) -> Option<TermId> {
        match self.spellings.get(word) {
            Some(known) => *known,
            None => self.terms.get(self.analyzer.term(word)?.as_str()).copied(),
        }
    }

    fn kind(&self, word: &str, term: &str, place: usize) -> WordKind {
        // The first word has a capital anyway, and every German noun has one.
        let capitals_name = place > 0 && self.analyzer.language() != Language::German;
        if word.starts_with(char::is_numeric) || (capitals_name && word.starts_with(char::is_uppercase)) {
            WordKind::Name
        } else if self.asking.iter().any(|asking| asking == term) {
            WordKind::Asking
        } else {
            WordKind::Subject
        }
    }

    fn query_term(&self, text: String, kind: WordKind) -> QueryTerm {
        let stand_ins = match self.terms.get(text.as_str()) {
            Some(id) => vec![(*id, 1.0)],
            None => self.relatives(&text),
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

fn language_of(chunks: &[Chunk]) -> Language {
    let step = (chunks.len() / LANGUAGE_SAMPLE).max(1);
    let separates = |letter: char| !letter.is_alphabetic() && letter != '\'';
    Language::detect(chunks.iter().step_by(step).flat_map(|chunk| chunk.text.split(separates)))
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
