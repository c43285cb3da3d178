//! The model itself.

use super::ModelFlaw;
use super::pieces::{PieceId, Pieces};
use super::safetensors::{Table, table};
use crate::model::Vector;

/// A table of vectors with the tokenizer that finds its rows. Read once; asked by many at once.
pub struct StaticModel {
    pieces: Pieces,
    table: Table,
}

impl StaticModel {
    /// Reads the bytes of a model's two files: the table (safetensors with one two-dimensional tensor) and the tokenizer
    /// (`tokenizer.json` of SentencePiece's byte-pair kind or of BERT's WordPiece).
    ///
    /// # Errors
    /// When they are damaged or of another kind.
    pub fn read(table_bytes: &[u8], tokenizer: &[u8]) -> Result<Self, ModelFlaw> {
        Ok(Self { pieces: Pieces::read(tokenizer)?, table: table(table_bytes)? })
    }

    /// How many numbers its vectors have.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.table.columns
    }

    /// The mean of the directions of the text's pieces.
    #[must_use]
    pub fn embed(&self, text: &str) -> Vector {
        let mut sum = vec![0.0; self.dimension()];
        for row in self.pieces.cut(text).into_iter().filter_map(|piece| self.row(piece)) {
            for (total, value) in sum.iter_mut().zip(row) {
                *total += value;
            }
        }
        // The direction of a sum is that of the mean.
        Vector::of(sum)
    }

    fn row(&self, piece: PieceId) -> Option<&[f32]> {
        let start = usize::try_from(piece).ok()?.checked_mul(self.table.columns)?;
        self.table.values.get(start..start.checked_add(self.table.columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::safetensors::tests::file;
    use super::*;

    const TOKENIZER: &[u8] = br###"{"normalizer":{"type":"BertNormalizer","lowercase":true},
        "pre_tokenizer":{"type":"BertPreTokenizer"},
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
                 "vocab":{"[UNK]":0,"tea":1,"cup":2,"far":9}}}"###;

    #[test]
    fn a_text_points_between_its_pieces() {
        let model = StaticModel::read(&file(&[&[9.0, 9.0], &[3.0, 0.0], &[0.0, 3.0]]), TOKENIZER).unwrap();
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(model.embed("Tea cup, coffee"), Vector::of(vec![half, half]));
        assert_eq!(model.embed("coffee"), Vector::of(vec![0.0, 0.0]));
        assert_eq!(
            model.embed("far tea"),
            Vector::of(vec![1.0, 0.0]),
            "a row that is not there counts nothing"
        );
    }

    #[test]
    fn other_tokenizers_are_refused() {
        let table = file(&[&[1.0]]);
        let other = br#"{"normalizer":null,"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"Unigram","vocab":[]}}"#;
        assert!(
            matches!(StaticModel::read(&table, other), Err(ModelFlaw::Unsupported(kind)) if kind == "ByteLevel")
        );
        assert!(matches!(StaticModel::read(&table, b"{"), Err(ModelFlaw::Tokenizer(_))));
    }
}
