//! The languages of what a chatbot has read.
//!
//! Each document is read in its own: the same letters are a stop word in one language and a subject in another, and a
//! word's stem is its language's affair. Terms of all languages share one index, so one question finds them all.

use std::collections::HashMap;

use super::{Analyzer, Language};
use crate::model::{Chunk, DocumentId};

/// Passages of a document that are looked at to tell its language.
const SAMPLE: usize = 8;
/// Grammatical words that a document must have to be taken for another language than most are in.
const WORDS_MIN: u32 = 8;
/// Most languages of one chatbot; documents in rarer ones are read in the commonest.
const TONGUES_MAX: usize = 4;

/// The languages in use, the commonest first.
#[derive(Debug)]
pub(super) struct Tongues {
    analyzers: Vec<Analyzer>,
    documents: HashMap<DocumentId, usize>,
}

impl Tongues {
    /// Finds the language of each document.
    pub(super) fn of(chunks: &[Chunk]) -> Self {
        let mut passages: HashMap<DocumentId, Vec<&Chunk>> = HashMap::new();
        for chunk in chunks {
            passages.entry(chunk.document_id).or_default().push(chunk);
        }
        let told: Vec<(DocumentId, Language, u32, usize)> = passages
            .into_iter()
            .map(|(document, passages)| {
                let (language, words) = Language::most_likely(words_of(&passages), &Language::ALL);
                (document, language, words, passages.len())
            })
            .collect();
        let languages = commonest(told.iter().map(|(_, language, words, passages)| {
            (*language, if *words < WORDS_MIN { 0 } else { *passages })
        }));
        let place = |language: Language, words: u32| {
            let known = languages.iter().position(|other| *other == language);
            known.filter(|_| words >= WORDS_MIN).unwrap_or_default()
        };
        let documents =
            told.iter().map(|(document, language, words, _)| (*document, place(*language, *words))).collect();
        Self { analyzers: languages.into_iter().map(Analyzer::new).collect(), documents }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Analyzer] {
        &self.analyzers
    }

    /// The place among [`Self::all`] of the language that a document is read in.
    pub(super) fn of_document(&self, document: DocumentId) -> usize {
        self.documents.get(&document).copied().unwrap_or_default()
    }

    /// The language of a text, the commonest where little speaks for another.
    pub(super) fn of_text(&self, text: &str) -> Option<&Analyzer> {
        let (first, others) = self.analyzers.split_first()?;
        if others.is_empty() {
            return Some(first);
        }
        let languages: Vec<Language> = self.analyzers.iter().map(Analyzer::language).collect();
        let (language, _) = Language::most_likely(text.split(separates), &languages);
        self.analyzers.iter().find(|analyzer| analyzer.language() == language)
    }
}

fn words_of<'c>(passages: &[&'c Chunk]) -> impl Iterator<Item = &'c str> {
    let step = (passages.len() / SAMPLE).max(1);
    let sample: Vec<&Chunk> = passages.iter().step_by(step).copied().collect();
    sample.into_iter().flat_map(|chunk| chunk.text.split(separates))
}

fn separates(letter: char) -> bool {
    !letter.is_alphabetic() && letter != '\''
}

/// The languages by the number of their passages, English where there are none.
fn commonest(found: impl Iterator<Item = (Language, usize)>) -> Vec<Language> {
    let mut counts: HashMap<Language, usize> = HashMap::new();
    for (language, passages) in found {
        *counts.entry(language).or_default() += passages;
    }
    let mut languages: Vec<(Language, usize)> =
        counts.into_iter().filter(|(_, passages)| *passages > 0).collect();
    let place = |language: Language| Language::ALL.iter().position(|other| *other == language);
    languages.sort_by(|a, b| b.1.cmp(&a.1).then(place(a.0).cmp(&place(b.0))));
    languages.truncate(TONGUES_MAX);
    let languages: Vec<Language> = languages.into_iter().map(|(language, _)| language).collect();
    if languages.is_empty() { vec![Language::default()] } else { languages }
}
