//! One ranking out of two: by words and by meaning.

use std::collections::HashMap;

use super::postings::ChunkNumber;

/// What keeps the first ranks from deciding alone in reciprocal ranks (Cormack and others, 2009).
const RANKS_OFFSET: f32 = 60.0;

/// How the two rankings become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fusion {
    /// A weighted sum of scores that were brought to a common measure (Bruch and others, "An Analysis of Fusion Functions
    /// for Hybrid Retrieval", 2022): how clearly one passage leads is part of what counts.
    Scores {
        /// What the nearest vector is worth beside the best words.
        vectors: f32,
    },
    /// A weighted sum of reciprocal ranks (Cormack and others, 2009): how clearly one leads is forgotten.
    Ranks {
        /// What a rank by vectors is worth beside the same rank by words.
        vectors: f32,
    },
}

impl Default for Fusion {
    /// Ranks, with the weight that suits static vectors: they need not know in what range a model's cosines lie.
    fn default() -> Self {
        Self::Ranks { vectors: 0.3 }
    }
}

/// A passage that at least one of the two has found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) number: ChunkNumber,
    /// Its score by words, where they found it.
    pub(super) words: Option<f32>,
    /// The cosine of its vector, where that is among the nearest.
    pub(super) vector: Option<f32>,
    /// Both together.
    pub(super) fused: f32,
}

impl Fusion {
    /// All that was found, best first. Both rankings must be sorted, best first. One ranking alone keeps its scores: ranks
    /// are for making comparable what isn't.
    pub(super) fn fuse(self, words: &[(ChunkNumber, f32)], near: &[(ChunkNumber, f32)]) -> Vec<Candidate> {
        let both = !words.is_empty() && !near.is_empty();
        let way = if both { self } else { Self::Scores { vectors: 1.0 } };
        way.join(words, near)
    }

    fn join(self, words: &[(ChunkNumber, f32)], near: &[(ChunkNumber, f32)]) -> Vec<Candidate> {
        let mut found: HashMap<ChunkNumber, Candidate> = HashMap::with_capacity(words.len() + near.len());
        for (rank, (number, score)) in words.iter().enumerate() {
            let candidate = entry(&mut found, *number);
            candidate.words = Some(*score);
            candidate.fused += self.by_words(rank, *score, words);
        }
        for (rank, (number, cosine)) in near.iter().enumerate() {
            let candidate = entry(&mut found, *number);
            candidate.vector = Some(*cosine);
            candidate.fused += self.by_vector(rank, *cosine, near);
        }
        let mut candidates: Vec<Candidate> = found.into_values().collect();
        candidates.sort_by(|a, b| b.fused.total_cmp(&a.fused).then(a.number.cmp(&b.number)));
        candidates
    }

    /// Words share nothing with most passages, so their scores have a natural zero.
    fn by_words(self, rank: usize, score: f32, all: &[(ChunkNumber, f32)]) -> f32 {
        match self {
            Self::Scores { .. } => all.first().map_or(0.0, |(_, top)| score / top.max(f32::MIN_POSITIVE)),
            Self::Ranks { .. } => reciprocal(rank),
        }
    }

    /// Cosines have none: every model squeezes them into a range of its own, so the last of the nearest is the zero.
    fn by_vector(self, rank: usize, cosine: f32, all: &[(ChunkNumber, f32)]) -> f32 {
        match self {
            Self::Ranks { vectors } => vectors * reciprocal(rank),
            Self::Scores { vectors } => {
                let top = all.first().map_or(0.0, |(_, top)| *top);
                let least = all.last().map_or(0.0, |(_, least)| *least);
                let range = top - least;
                vectors * if range > f32::EPSILON { (cosine - least) / range } else { 1.0 }
            }
        }
    }
}

fn entry(found: &mut HashMap<ChunkNumber, Candidate>, number: ChunkNumber) -> &mut Candidate {
    found.entry(number).or_insert(Candidate { number, words: None, vector: None, fused: 0.0 })
}

fn reciprocal(rank: usize) -> f32 {
    (RANKS_OFFSET + rank as f32 + 1.0).recip()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(fusion: Fusion, words: &[(ChunkNumber, f32)], near: &[(ChunkNumber, f32)]) -> Vec<ChunkNumber> {
        fusion.fuse(words, near).iter().map(|candidate| candidate.number).collect()
    }

    #[test]
    fn scores_let_a_clear_lead_stand_and_ranks_do_not() {
        let (words, near) = ([(1, 20.0), (2, 4.0)], [(2, 0.9), (1, 0.4), (3, 0.3)]);
        assert_eq!(order(Fusion::Scores { vectors: 0.5 }, &words, &near), [1, 2, 3]);
        assert_eq!(order(Fusion::Ranks { vectors: 1.5 }, &words, &near), [2, 1, 3]);
    }

    #[test]
    fn one_ranking_alone_keeps_its_order() {
        for fusion in [Fusion::default(), Fusion::Ranks { vectors: 0.3 }] {
            assert_eq!(order(fusion, &[(5, 2.0), (1, 1.0)], &[]), [5, 1]);
            assert_eq!(order(fusion, &[], &[(5, 0.2), (1, 0.1)]), [5, 1]);
        }
    }

    fn ranking() -> impl Strategy<Value = Vec<(ChunkNumber, f32)>> {
        prop::collection::btree_map(0_u32..60, 0.01_f32..9.0, 0..40).prop_map(|scores| {
            let mut ranking: Vec<_> = scores.into_iter().collect();
            ranking.sort_by(|a, b| b.1.total_cmp(&a.1));
            ranking
        })
    }

    proptest! {
        #[test]
        fn what_leads_in_both_leads(words in ranking(), near in ranking(), by_ranks: bool) {
            let fusion = if by_ranks { Fusion::Ranks { vectors: 0.7 } } else { Fusion::Scores { vectors: 0.7 } };
            let fused = fusion.fuse(&words, &near);
            prop_assert!(fused.iter().all(|candidate| candidate.fused.is_finite()));
            prop_assert!(words.iter().chain(&near).all(|(n, _)| fused.iter().any(|c| c.number == *n)));
            if let (Some((by_words, _)), Some((by_vector, _))) = (words.first(), near.first())
                && by_words == by_vector
            {
                prop_assert_eq!(fused[0].number, *by_words);
            }
        }
    }
}
