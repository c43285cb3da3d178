//! Which passages mean about what a question means: all are looked at.
//!
//! A scan over everything misses nothing, needs no structure that would have to be kept up, and is fast enough: the
//! numbers of a vector are kept in a byte each, a quarter of their size, so that 100,000 passages of 256 numbers are
//! 25 MB that a processor reads in some milliseconds. Rounding moves a cosine by less than a hundredth.

use std::collections::HashMap;

use super::best::best;
use super::postings::ChunkNumber;
use crate::model::{ChunkId, Passage, Vector};

/// The largest code; both signs are alike. Seven bits of a byte: so many products of two fit into 16 bits that they are
/// added up there, which is twice as fast as in 32.
const CODE_MAX: f32 = 63.0;
/// Products that are made at once: a processor's registers hold this many numbers of 16 bits.
const LANES: usize = 16;
/// Products whose sums fit into 16 bits in every lane: 8 · 63 · 63 < 2¹⁵.
const BLOCK: usize = 8 * LANES;

/// The vectors of an index's passages.
#[derive(Debug, Default)]
pub struct Vectors {
    dimension: usize,
    /// The passage that each vector is of.
    numbers: Vec<ChunkNumber>,
    /// All vectors, end to end, rounded.
    codes: Vec<i8>,
    /// What a vector's codes are to be multiplied by.
    scales: Vec<f32>,
}

/// Gathers vectors as they come from the store, in any order.
#[derive(Debug)]
pub struct VectorsBuilder {
    places: HashMap<ChunkId, ChunkNumber>,
    vectors: Vectors,
}

impl VectorsBuilder {
    /// Will hold vectors of these passages, which must be those of one index, in its order.
    pub fn new<'p>(passages: impl IntoIterator<Item = &'p Passage>) -> Self {
        let places = (0..).zip(passages).map(|(number, passage)| (passage.chunk_id, number)).collect();
        Self { places, vectors: Vectors::default() }
    }

    /// Takes the vector of a passage. Those of unknown passages, of passages that have one and of another dimension than
    /// the first one's are left out.
    pub fn add(&mut self, chunk: ChunkId, vector: &Vector) {
        let vectors = &mut self.vectors;
        if vectors.numbers.is_empty() {
            vectors.dimension = vector.dimension();
        }
        if vector.dimension() != vectors.dimension || vectors.dimension == 0 {
            return;
        }
        let Some(number) = self.places.remove(&chunk) else { return };
        let scale = round_into(vector.values(), &mut vectors.codes);
        vectors.numbers.push(number);
        vectors.scales.push(scale);
    }

    /// What was gathered.
    #[must_use]
    pub fn build(self) -> Vectors {
        self.vectors
    }
}

impl Vectors {
    /// How many passages have one.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether none has.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The passages whose vectors are nearest, with the cosine, nearest first.
    #[must_use]
    pub fn nearest(&self, question: &Vector, limit: usize) -> Vec<(ChunkNumber, f32)> {
        if question.dimension() != self.dimension || self.is_empty() {
            return Vec::new();
        }
        let mut codes = Vec::with_capacity(self.dimension);
        let scale = round_into(question.values(), &mut codes);
        let asked: Vec<i16> = codes.into_iter().map(i16::from).collect();
        let vectors = self.codes.chunks_exact(self.dimension).zip(&self.scales);
        let cosines: Vec<f32> =
            vectors.map(|(codes, own)| product(&asked, codes) as f32 * own * scale).collect();
        let nearest = best(&cosines, limit).into_iter();
        nearest.filter_map(|(place, cosine)| Some((*self.numbers.get(place as usize)?, cosine))).collect()
    }
}

/// Appends a vector's codes; returns what they are to be multiplied by.
fn round_into(values: &[f32], codes: &mut Vec<i8>) -> f32 {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let factor = if largest > 0.0 { CODE_MAX / largest } else { 0.0 };
    codes.extend(values.iter().map(|value| (value * factor).round() as i8));
    largest / CODE_MAX
}

/// The scalar product.
fn product(a: &[i16], b: &[i8]) -> i32 {
    let ((a_blocks, a_rest), (b_blocks, b_rest)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
    let blocks: i32 = a_blocks.iter().zip(b_blocks).map(|(a, b)| block(a, b)).sum();
    let rest: i32 = a_rest.iter().zip(b_rest).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    blocks + rest
}

/// Written so that the compiler makes instructions of it that multiply a whole register at once.
fn block(a: &[i16; BLOCK], b: &[i8; BLOCK]) -> i32 {
    let mut sums = [0_i16; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            // Nothing wraps; saying so spares a check for each.
            *sum = sum.wrapping_add(a.wrapping_mul(i16::from(*b)));
        }
    }
    sums.into_iter().map(i32::from).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::model::{Chunk, DocumentId, SourceId};

    fn id(number: usize) -> ChunkId {
        ChunkId::from_uuid(Uuid::from_u128(number as u128))
    }

    fn passages(count: usize) -> Vec<Passage> {
        let nil = Uuid::nil();
        let passage = |number| Chunk {
            chunk_id: id(number),
            source_id: SourceId::from_uuid(nil),
            document_id: DocumentId::from_uuid(nil),
            title: "".into(),
            url: None,
            span: 0..0,
            text: "".into(),
        };
        (0..count).map(|number| passage(number).into()).collect()
    }

    fn vectors(all: &[Vector]) -> Vectors {
        let mut builder = VectorsBuilder::new(&passages(all.len()));
        all.iter().enumerate().rev().for_each(|(number, vector)| builder.add(id(number), vector));
        builder.build()
    }

    #[test]
    fn what_does_not_belong_is_left_out() {
        let mut builder = VectorsBuilder::new(&passages(2));
        builder.add(id(1), &Vector::of(vec![1.0, 0.0]));
        builder.add(id(1), &Vector::of(vec![0.0, 1.0]));
        builder.add(id(7), &Vector::of(vec![0.0, 1.0]));
        builder.add(id(0), &Vector::of(vec![0.0, 1.0, 0.0]));
        let vectors = builder.build();
        assert_eq!(vectors.len(), 1);
        assert_eq!(vectors.nearest(&Vector::of(vec![1.0, 0.0, 0.0]), 3), [], "another model's vector");
    }

    fn any_vector() -> impl Strategy<Value = Vector> {
        prop::collection::vec(-1.0_f32..1.0, 300).prop_map(Vector::of)
    }

    #[test]
    fn sums_of_the_largest_codes_do_not_wrap() {
        for length in [0, 1, 127, 128, 300, 1_024] {
            let (a, b) = (vec![63_i16; length], vec![-63_i8; length]);
            assert_eq!(product(&a, &b), -63 * 63 * i32::try_from(length).unwrap());
        }
    }

    proptest! {
        #[test]
        fn the_nearest_are_those_that_exact_numbers_find(
            all in prop::collection::vec(any_vector(), 1..40),
            question in any_vector(),
        ) {
            let exact = |vector: &Vector| -> f32 {
                vector.values().iter().zip(question.values()).map(|(a, b)| a * b).sum()
            };
            let found = vectors(&all).nearest(&question, 5);
            let surely = all.iter().filter(|vector| exact(vector) > 0.02).count();
            prop_assert!(found.len() >= surely.min(5));
            for (number, cosine) in &found {
                prop_assert!((exact(&all[*number as usize]) - cosine).abs() < 0.02);
            }
            prop_assert!(found.is_sorted_by(|a, b| a.1 >= b.1));
        }
    }
}
