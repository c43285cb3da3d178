//! Pieces by taking the longest beginning of a word that is one, again and again.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::pieces::PieceId;

/// Longest word that is taken apart, in characters, as in BERT.
const WORD_CHARS_MAX: usize = 100;

/// Whether capitals and marks count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    /// `Café` is `cafe`.
    Folded,
    /// It is not.
    AsWritten,
}

impl From<bool> for Folding {
    fn from(folds: bool) -> Self {
        if folds { Self::Folded } else { Self::AsWritten }
    }
}

/// The pieces.
pub(super) struct WordPieces {
    vocabulary: HashMap<String, PieceId>,
    unknown: Option<PieceId>,
    /// What a piece inside a word begins with.
    inside: String,
    folding: Folding,
}

impl WordPieces {
    pub(super) const fn new(
        vocabulary: HashMap<String, PieceId>,
        unknown: Option<PieceId>,
        inside: String,
        folding: Folding,
    ) -> Self {
        Self { vocabulary, unknown, inside, folding }
    }

    pub(super) fn cut(&self, text: &str) -> Vec<PieceId> {
        let text = self.fold(text);
        words(&text).into_iter().flat_map(|word| self.take_apart(word)).collect()
    }

    fn fold(&self, text: &str) -> String {
        match self.folding {
            Folding::AsWritten => text.to_owned(),
            Folding::Folded => {
                text.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
            }
        }
    }

    /// The pieces of a word; none where a part of it is no piece, as if the word were not there.
    fn take_apart(&self, word: &str) -> Vec<PieceId> {
        let mut pieces = Vec::new();
        if word.chars().count() > WORD_CHARS_MAX {
            return pieces;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let lead = if pieces.is_empty() { "" } else { self.inside.as_str() };
            let Some((piece, length)) = self.longest(lead, rest) else { return Vec::new() };
            pieces.push(piece);
            rest = rest.get(length..).unwrap_or_default();
        }
        pieces
    }

    fn longest(&self, lead: &str, rest: &str) -> Option<(PieceId, usize)> {
        let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8()).rev();
        ends.filter_map(|end| {
            let piece = *self.vocabulary.get(&format!("{lead}{}", rest.get(..end)?))?;
            (Some(piece) != self.unknown).then_some((piece, end))
        })
        .next()
    }
}

/// Stretches without white space and without punctuation, and each punctuation mark by itself.
fn words(text: &str) -> Vec<&str> {
    let alone = |letter: char| letter.is_ascii_punctuation() || is_ideograph(letter) || is_other_mark(letter);
    text.split_whitespace()
        .flat_map(|word| word.split_inclusive(alone))
        .flat_map(|part| {
            let last = part.char_indices().next_back().filter(|(_, letter)| alone(*letter));
            let (word, mark) = part.split_at(last.map_or(part.len(), |(at, _)| at));
            [word, mark]
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Punctuation beyond ASCII, as far as running text has it (the General Punctuation block and what Latin-1 has).
const fn is_other_mark(letter: char) -> bool {
    matches!(letter, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}')
}

/// Chinese characters are words by themselves.
const fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> WordPieces {
        let names = ["[UNK]", "tea", "##s", "cafe", "!", "te", "##a"];
        let vocabulary = (0..).zip(names).map(|(id, name)| (name.to_owned(), id)).collect();
        WordPieces::new(vocabulary, Some(0), "##".into(), Folding::Folded)
    }

    #[test]
    fn the_longest_beginning_is_taken_first() {
        assert_eq!(pieces().cut("Teas, Café!"), [1, 2, 3, 4]);
    }

    #[test]
    fn words_of_other_letters_are_as_if_not_there() {
        assert_eq!(pieces().cut("teax чай tea"), [1]);
        assert_eq!(pieces().cut(&"tea".repeat(1_000)), Vec::<PieceId>::new());
    }
}
