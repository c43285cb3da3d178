//! A question, taken apart against one index.

use super::postings::TermId;

/// The distinct terms of a question and what each is worth.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub(super) terms: Vec<QueryTerm>,
}

/// One term of a question.
#[derive(Debug, Clone)]
pub(super) struct QueryTerm {
    /// The term.
    pub(super) text: String,
    /// What in the index stands for it, with how well from 0 to 1: itself, or its relatives where the index
    /// doesn't know it, or nothing.
    pub(super) stand_ins: Vec<(TermId, f32)>,
    /// What finding it says about a passage beside others: its inverse document frequency, less for words that
    /// only ask.
    pub(super) rarity: f32,
    /// How much of the question's subject it is, however rare.
    pub(super) substance: f32,
}

impl Query {
    /// The share of the question's subject that is found, from 0 to 1; `found` says how well each term is, in
    /// order.
    #[must_use]
    pub fn coverage(&self, found: &[f32]) -> f32 {
        weighted(self.terms.iter().map(|term| term.substance).zip(found.iter().copied()))
    }

    /// The share of the question's rarity that is found, from 0 to 1: as [`Self::coverage`], but what tells
    /// passages apart counts more.
    #[must_use]
    pub fn distinction(&self, found: &[f32]) -> f32 {
        weighted(self.terms.iter().map(|term| term.rarity).zip(found.iter().copied()))
    }
}

impl QueryTerm {
    /// How well a term of the index stands for this one, 0 when not at all.
    pub(super) fn likeness(&self, id: TermId) -> f32 {
        self.stand_ins.iter().find(|(stand_in, _)| *stand_in == id).map_or(0.0, |(_, likeness)| *likeness)
    }
}

fn weighted(terms: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (held, all) =
        terms.fold((0.0, 0.0), |(held, all), (weight, found)| (held + weight * found, all + weight));
    if all > 0.0 { held / all } else { 0.0 }
}
