//! What a text means, as a direction.

use std::fmt;
use std::sync::Arc;

/// The direction of a text among others: alike directions, alike meanings. Its length is one, or zero for a text that
/// its model found nothing in, which is like no other.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(Vec<f32>);

impl Vector {
    /// The direction of these numbers. Numbers without one (all zero, or not finite) become the vector of length zero.
    #[must_use]
    pub fn of(mut values: Vec<f32>) -> Self {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        let factor = if length.is_normal() { length.recip() } else { 0.0 };
        values.iter_mut().for_each(|value| *value = if factor > 0.0 { *value * factor } else { 0.0 });
        Self(values)
    }

    /// Its numbers.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// How many numbers it has. Only vectors of as many can be compared.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.0.len()
    }
}

/// The name of a model that turns texts into vectors, with all that changes what comes out. Vectors of different models
/// are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmbeddingModel(pub Arc<str>);

impl fmt::Display for EmbeddingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_length_one_whatever_it_was_made_of() {
        assert_eq!(Vector::of(vec![3.0, 4.0]).values(), [0.6, 0.8]);
        for empty in [vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::MAX, f32::MAX]] {
            assert_eq!(Vector::of(empty).values(), [0.0, 0.0]);
        }
    }
}
