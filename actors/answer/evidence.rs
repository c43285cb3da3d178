//! How much speaks for an answer being there at all.

use crate::chatbot::knowledge::{Index, sentences};
use crate::model::Hit;

/// Hits whose sentences are read.
const HITS_READ: usize = 4;

/// How much of the question's subject was found, from 0 to 1: the mean of the share that the best passage holds
/// and the share that the best sentence does.
///
/// A word counts whether it is rare or not, for here the question isn't which passage is about it but whether any
/// is; names and numbers count more, words that only ask count less, and words that nothing that was read
/// contains weigh against an answer most of all.
#[must_use]
pub fn evidence(question: &str, hits: &[Hit], index: &Index) -> f32 {
    let query = index.query(question);
    let passage = hits.iter().filter_map(|hit| hit.stages.coverage).fold(0.0, f32::max);
    let sentence = hits
        .iter()
        .take(HITS_READ)
        .flat_map(|hit| {
            sentences(&hit.passage.text).into_iter().filter_map(|span| hit.passage.text.get(span))
        })
        .map(|sentence| query.coverage(&index.matches(&query, sentence)))
        .fold(0.0, f32::max);
    f32::midpoint(passage, sentence)
}
