//! The whole search: by words, by meaning, both in one, the best once more by how close their words stand.

use super::Index;
use super::closeness::closeness;
use super::duplicates::distinct;
use super::fusion::{Candidate, Fusion};
use super::postings::ChunkNumber;
use super::query::Query;
use crate::model::{ChunkId, Hit, StageScores};

/// How many passages each of the two rankings gives to the fusion.
pub const DEPTH: usize = 50;
/// How many of the best are read word by word.
const READ: usize = 30;
/// What words that stand as in the question are worth beside the best words anywhere.
const CLOSENESS_SHARE: f32 = 0.7;

impl Index {
    /// The passages that answer best, best first, without near-duplicates. `near` are the passages whose vectors are
    /// nearest with the cosines, nearest first; empty where there are no vectors.
    #[must_use]
    pub fn find(
        &self,
        question: &str,
        near: &[(ChunkNumber, f32)],
        fusion: Fusion,
        limit: usize,
    ) -> Vec<Hit> {
        let query = self.query(question);
        let words = self.best_by_words(&query, DEPTH.max(limit));
        let candidates = fusion.fuse(&words, near);
        // What both stages give must be comparable: the best candidate of the fusion counts 1.
        let top = candidates.first().map_or(1.0, |best| best.fused.max(f32::MIN_POSITIVE));
        let (read, rest) = candidates.split_at(candidates.len().min(READ.max(limit)));
        let mut hits: Vec<Hit> =
            read.iter().filter_map(|candidate| self.read(&query, candidate, top)).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        let rest = rest.iter().filter_map(|candidate| self.glance(&query, candidate, top));
        distinct(self, hits.into_iter().chain(rest), limit)
    }

    /// The numbers of passages that a store has found, with what it said of them; unknown ones are left out.
    #[must_use]
    pub fn numbered(&self, found: &[(ChunkId, f32)]) -> Vec<(ChunkNumber, f32)> {
        found.iter().filter_map(|(chunk, cosine)| Some((self.number(*chunk)?, *cosine))).collect()
    }

    fn read(&self, query: &Query, candidate: &Candidate, top: f32) -> Option<Hit> {
        let hit = self.glance(query, candidate, top)?;
        let closeness = closeness(self, query, &hit.passage.text);
        let score = hit.score + CLOSENESS_SHARE * closeness;
        Some(Hit { score, stages: StageScores { closeness: Some(closeness), ..hit.stages }, ..hit })
    }

    fn glance(&self, query: &Query, candidate: &Candidate, top: f32) -> Option<Hit> {
        let hit = self.hit(query, candidate.number, candidate.fused / top)?;
        let stages = StageScores {
            bm25: candidate.words,
            vector: candidate.vector,
            fused: Some(candidate.fused),
            ..hit.stages
        };
        Some(Hit { stages, ..hit })
    }
}
