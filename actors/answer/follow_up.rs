//! What a visitor may ask next: questions that the owner answered and headings near what was quoted, or what a model
//! proposes; of all these only what the sources answer, and answer with something new.

use std::collections::HashSet;

use super::extractive::{extract, likeness};
use super::quotes;
use crate::chatbot::knowledge::{Index, qa_pairs};
use crate::model::{Chunk, Citation, Hit};

/// Questions that are offered.
const QUESTIONS_MAX: usize = 3;
/// Longest question, in characters: it is read on a button.
const CHARS_MAX: usize = 100;
/// Candidates that are tried: each is a search.
const TRIED_MAX: usize = 12;
/// Passages of a document that count as near, before and after.
const NEAR: usize = 3;
/// Passages that must hold the answer to a question.
const SEARCHED: usize = 4;
/// Two questions at least this much alike ask for the same.
const LIKENESS_MAX: f32 = 0.6;

/// An answer that was just given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    /// What the visitor has asked so far.
    pub(super) asked: &'a [String],
    /// The passages that were found, best first.
    pub(super) hits: &'a [Hit],
    /// What the answer rests on.
    pub(super) citations: &'a [Citation],
    /// All that was read.
    pub(super) index: &'a Index,
    /// As for answers.
    pub(super) evidence_min: f32,
}

impl Given<'_> {
    /// The questions and headings in and near the passages that were found, in their own words.
    pub(super) fn candidates(&self) -> Vec<String> {
        let cited = |hit: &&Hit| self.citations.iter().any(|citation| quotes(citation, &hit.passage));
        let near = self.hits.iter().filter(cited).flat_map(|hit| self.near(&hit.passage));
        let found = self.hits.iter().map(|hit| &*hit.passage);
        let mut seen = HashSet::new();
        let passages: Vec<&Chunk> =
            near.chain(found).filter(|passage| seen.insert(passage.chunk_id)).collect();
        let questions = passages.iter().flat_map(|passage| questions(&passage.text));
        questions.chain(passages.iter().flat_map(|passage| headings(&passage.text))).collect()
    }

    /// Those of the candidates that can be asked next, in their order.
    pub(super) fn choose(&self, candidates: Vec<String>) -> Vec<String> {
        let mut chosen: Vec<String> = Vec::new();
        for candidate in candidates.into_iter().take(TRIED_MAX) {
            if chosen.len() < QUESTIONS_MAX && self.leads_on(&candidate, &chosen) {
                chosen.push(candidate);
            }
        }
        chosen
    }

    fn leads_on(&self, question: &str, chosen: &[String]) -> bool {
        let length = question.chars().count();
        let same = |other: &String| {
            likeness(question, &self.index.query(question), other, self.index) >= LIKENESS_MAX
        };
        (2..=CHARS_MAX).contains(&length)
            && !self.asked.iter().chain(chosen).any(same)
            && self.has_new_answer(question)
    }

    fn has_new_answer(&self, question: &str) -> bool {
        let hits = self.index.search(question, SEARCHED);
        let is_new = |citation: &Citation| {
            !self.citations.iter().any(|known| {
                known.source_id == citation.source_id
                    && (known.quote.contains(&citation.quote) || citation.quote.contains(&known.quote))
            })
        };
        extract(question, &hits, self.evidence_min, self.index)
            .is_some_and(|answer| answer.citations.first().is_some_and(is_new))
    }

    /// A passage and those around it in its document.
    fn near(&self, passage: &Chunk) -> impl Iterator<Item = &Chunk> {
        let document = passage.document_id;
        let number = self.index.number(passage.chunk_id).and_then(|number| usize::try_from(number).ok());
        let from = number.map_or(usize::MAX, |number| number.saturating_sub(NEAR));
        let around = self.index.passages().iter().skip(from).take(2 * NEAR + 1);
        around.map(|near| &**near).filter(move |near| near.document_id == document)
    }
}

fn questions(text: &str) -> Vec<String> {
    qa_pairs(text).into_iter().filter_map(|pair| text.get(pair.question).map(str::to_owned)).collect()
}

/// The Markdown headings of a text, without their marks.
fn headings(text: &str) -> Vec<String> {
    let titles = text.lines().filter_map(|line| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then(|| title.trim())
    });
    let plain = |title: &str| title.replace(['*', '_', '`', '#'], "").trim().to_owned();
    titles.map(plain).filter(|title| title.chars().any(char::is_alphabetic)).collect()
}

#[cfg(test)]
mod tests;
