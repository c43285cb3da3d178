//! Vectors of passages and questions, without a model: every number has a direction of its own.

use aihio_actors::chatbot::knowledge::{Index, Vectors, VectorsBuilder};
use aihio_actors::model::Vector;

/// Numbers of a vector, as many as a small model makes.
const DIMENSION: usize = 256;

/// A vector for each passage.
pub(crate) fn vectors(index: &Index) -> Vectors {
    let mut builder = VectorsBuilder::new(index.passages());
    (0..)
        .zip(index.passages())
        .for_each(|(number, passage)| builder.add(passage.chunk_id, &direction(number)));
    builder.build()
}

/// A direction of its own for each number (Knuth's multiplicative sequence).
pub(crate) fn direction(number: u32) -> Vector {
    let mut state = number;
    let mut next = || {
        state = state.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    Vector::of((0..DIMENSION).map(|_| next()).collect())
}
