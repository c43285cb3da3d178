//! Chunks to postings, in one pass.

use std::collections::HashMap;

use super::Analyzer;
use super::postings::{BODY, ChunkNumber, Postings, Quarters, TITLE, TermId};
use super::tongues::Tongues;
use crate::model::Chunk;

/// What the pass gathers.
pub(super) struct IndexBuilder<'a> {
    tongues: &'a Tongues,
    terms: HashMap<Box<str>, TermId>,
    /// The term of each word as it is spelt, by language, so that a word is stemmed once and not at every occurrence.
    spellings: Vec<HashMap<&'a str, Option<TermId>>>,
    lists: Vec<Vec<(ChunkNumber, Quarters)>>,
    lengths: Vec<u32>,
}

/// What comes of it.
pub(super) struct Built {
    pub(super) terms: HashMap<Box<str>, TermId>,
    /// The term of each word as it is spelt in the chunks of each language, `None` for stop words.
    pub(super) spellings: Vec<HashMap<Box<str>, Option<TermId>>>,
    pub(super) postings: Postings,
    /// Terms in each chunk's body.
    pub(super) lengths: Vec<u32>,
}

impl<'a> IndexBuilder<'a> {
    pub(super) fn new(tongues: &'a Tongues) -> Self {
        Self {
            tongues,
            terms: HashMap::new(),
            spellings: tongues.all().iter().map(|_| HashMap::new()).collect(),
            lists: Vec::new(),
            lengths: Vec::new(),
        }
    }

    /// Takes the chunks in the order of their numbers.
    pub(super) fn add_all(mut self, chunks: impl IntoIterator<Item = &'a Chunk>) -> Built {
        for (number, chunk) in (0..).zip(chunks) {
            self.add(number, chunk);
        }
        let owned =
            |known: HashMap<&str, _>| known.into_iter().map(|(word, term)| (word.into(), term)).collect();
        let spellings = self.spellings.into_iter().map(owned).collect();
        Built { terms: self.terms, spellings, postings: Postings::pack(self.lists), lengths: self.lengths }
    }

    fn add(&mut self, number: ChunkNumber, chunk: &'a Chunk) {
        let mut quarters: HashMap<TermId, Quarters> = HashMap::new();
        let mut length = 0;
        let tongue = self.tongues.of_document(chunk.document_id);
        for term in self.term_ids(tongue, &chunk.text) {
            length += 1;
            let count = quarters.entry(term).or_default();
            *count = count.saturating_add(BODY);
        }
        for term in self.term_ids(tongue, &chunk.title) {
            let count = quarters.entry(term).or_default();
            *count = count.saturating_add(TITLE);
        }
        self.lengths.push(length);
        for (term, quarters) in quarters {
            if let Some(list) = self.lists.get_mut(term as usize) {
                list.push((number, quarters));
            }
        }
    }

    fn term_ids(&mut self, tongue: usize, text: &'a str) -> Vec<TermId> {
        let Some(analyzer) = self.tongues.all().get(tongue) else { return Vec::new() };
        analyzer.words(text).filter_map(|(_, word)| self.term_id(tongue, analyzer, word)).collect()
    }

    fn term_id(&mut self, tongue: usize, analyzer: &Analyzer, word: &'a str) -> Option<TermId> {
        if let Some(known) = self.spellings.get(tongue).and_then(|spellings| spellings.get(word)) {
            return *known;
        }
        let id = analyzer.term(word).and_then(|term| self.number(term));
        if let Some(spellings) = self.spellings.get_mut(tongue) {
            spellings.insert(word, id);
        }
        id
    }

    fn number(&mut self, term: String) -> Option<TermId> {
        let next = TermId::try_from(self.lists.len()).ok()?;
        let id = *self.terms.entry(term.into()).or_insert(next);
        if id == next {
            self.lists.push(Vec::new());
        }
        Some(id)
    }
}
