//! Pieces by merging neighbours, the pair that was learned first before all others (byte-pair encoding).

use std::collections::HashMap;

use super::pieces::PieceId;

/// Stands for the space before a word.
const SPACE: char = '\u{2581}';
/// Longest stretch that is merged at once, in characters: what is longer is no word.
const WORD_CHARS_MAX: usize = 128;

/// The pieces with the order of their merges.
pub(super) struct SentencePieces {
    vocabulary: HashMap<String, PieceId>,
    /// What two neighbours become, and how early that was learned.
    merges: HashMap<(PieceId, PieceId), Merged>,
    /// The pieces that stand for single bytes.
    bytes: Vec<Option<PieceId>>,
}

#[derive(Clone, Copy)]
struct Merged {
    rank: usize,
    piece: PieceId,
}

impl SentencePieces {
    pub(super) fn new(vocabulary: HashMap<String, PieceId>, merges: &[(&str, &str)]) -> Self {
        let merged = |(rank, (left, right)): (usize, &(&str, &str))| {
            let piece = *vocabulary.get(&format!("{left}{right}"))?;
            Some(((*vocabulary.get(*left)?, *vocabulary.get(*right)?), Merged { rank, piece }))
        };
        let merges = merges.iter().enumerate().filter_map(merged).collect();
        let bytes = (0..=u8::MAX).map(|byte| vocabulary.get(&format!("<0x{byte:02X}>")).copied()).collect();
        Self { vocabulary, merges, bytes }
    }

    pub(super) fn cut(&self, text: &str) -> Vec<PieceId> {
        let marked: Vec<char> = std::iter::once(SPACE)
            .chain(text.chars().map(|letter| if letter == ' ' { SPACE } else { letter }))
            .collect();
        // No piece reaches over the beginning of a word, so words are merged one by one.
        let words = marked.chunk_by(|before, letter| *letter != SPACE || *before == SPACE);
        words.flat_map(|word| word.chunks(WORD_CHARS_MAX)).flat_map(|word| self.merge(word)).collect()
    }

    fn merge(&self, word: &[char]) -> Vec<PieceId> {
        let mut pieces: Vec<PieceId> = word.iter().flat_map(|letter| self.letter(*letter)).collect();
        while let Some((at, piece)) = self.earliest(&pieces) {
            pieces.splice(at..=at + 1, [piece]);
        }
        pieces
    }

    fn letter(&self, letter: char) -> Vec<PieceId> {
        let mut buffer = [0; 4];
        let text: &str = letter.encode_utf8(&mut buffer);
        match self.vocabulary.get(text) {
            Some(piece) => vec![*piece],
            None => text.bytes().filter_map(|byte| *self.bytes.get(usize::from(byte))?).collect(),
        }
    }

    fn earliest(&self, pieces: &[PieceId]) -> Option<(usize, PieceId)> {
        let pairs = pieces.iter().zip(pieces.iter().skip(1)).enumerate();
        let merges = pairs.filter_map(|(at, (left, right))| Some((at, self.merges.get(&(*left, *right))?)));
        merges.min_by_key(|(_, merged)| merged.rank).map(|(at, merged)| (at, merged.piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> SentencePieces {
        let names = ["<0xC3>", "<0xA4>", "\u{2581}", "t", "e", "a", "te", "\u{2581}te", "\u{2581}tea", "s"];
        let vocabulary = (0..).zip(names).map(|(id, name)| (name.to_owned(), id)).collect();
        SentencePieces::new(vocabulary, &[("t", "e"), ("\u{2581}", "te"), ("\u{2581}te", "a")])
    }

    #[test]
    fn what_was_learned_first_is_merged_first() {
        assert_eq!(pieces().cut("tea tes"), [8, 7, 9]);
    }

    #[test]
    fn letters_without_a_piece_fall_into_their_bytes() {
        assert_eq!(pieces().cut("ä"), [2, 0, 1]);
    }

    #[test]
    fn words_without_end_are_cut() {
        assert_eq!(pieces().cut(&"s".repeat(10_000)).len(), 10_001);
        assert_eq!(pieces().cut(""), [2]);
    }
}
