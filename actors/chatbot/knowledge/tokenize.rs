//! Words to terms: what counts as the same word when a question meets a passage.

use std::collections::HashSet;
use std::fmt;

use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::Language;

/// Longest term, in bytes; what is longer is no word (encoded data, keys) and is cut.
const TERM_BYTES_MAX: usize = 64;

/// Cuts text into words (Unicode Standard Annex 29) and brings words to terms: lower case, marks folded where
/// the language takes them for decoration, stop words dropped, the rest stemmed (Snowball, Porter 2001).
pub struct Analyzer {
    language: Language,
    stemmer: Stemmer,
    stop_words: HashSet<&'static str>,
}

impl Analyzer {
    /// The analyzer of a language.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self {
            language,
            stemmer: Stemmer::create(language.algorithm()),
            stop_words: language.stop_words().collect(),
        }
    }

    /// The language it reads.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The words of a text with the byte at which each begins, as they stand there.
    pub fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> + use<'t> {
        let elides = self.language.elides();
        let divides = move |letter: char| letter == '_' || (elides && matches!(letter, '\'' | '’'));
        text.unicode_word_indices().flat_map(move |(start, word)| {
            word.split(divides)
                .filter(|part| !part.is_empty())
                // `part` is a slice of `word`, so the distance of their beginnings is its offset.
                .map(move |part| (start + (part.as_ptr().addr() - word.as_ptr().addr()), part))
        })
    }

    /// The term of a word, or `None` for a stop word.
    #[must_use]
    pub fn term(&self, word: &str) -> Option<String> {
        let lower: String = word.nfc().flat_map(char::to_lowercase).map(plain_apostrophe).collect();
        if self.stop_words.contains(lower.as_str()) {
            return None;
        }
        let bare: String =
            if lower.starts_with(|first: char| first.is_ascii_digit()) || has_inner_dots(&lower) {
                lower.chars().filter(|letter| !matches!(letter, ',' | '.')).collect()
            } else {
                lower
            };
        let stem = if bare.chars().all(|letter| letter.is_alphabetic() || letter == '\'') {
            self.stemmer.stem(cut(&bare)).into_owned()
        } else {
            cut(&bare).to_owned()
        };
        let term = self.fold(&stem);
        (!term.is_empty()).then_some(term)
    }

    /// The terms of a text, in order, with the byte at which the word of each begins.
    pub fn terms<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, String)> + 't {
        self.words(text).filter_map(|(start, word)| Some((start, self.term(word)?)))
    }

    fn fold(&self, term: &str) -> String {
        let own = self.language.own_letters();
        let mut folded = String::with_capacity(term.len());
        for letter in term.chars() {
            if letter.is_ascii() || own.contains(letter) {
                folded.push(letter);
            } else {
                folded.extend(std::iter::once(letter).nfd().filter(|part| !is_combining_mark(*part)));
            }
        }
        folded
    }
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analyzer").field("language", &self.language).finish_non_exhaustive()
    }
}

const fn plain_apostrophe(letter: char) -> char {
    match letter {
        '’' | 'ʼ' => '\'',
        other => other,
    }
}

fn has_inner_dots(word: &str) -> bool {
    word.contains('.')
}

fn cut(word: &str) -> &str {
    let end = word.floor_char_boundary(TERM_BYTES_MAX);
    word.get(..end).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(language: Language, text: &str) -> Vec<String> {
        Analyzer::new(language).terms(text).map(|(_, term)| term).collect()
    }

    #[test]
    fn inflections_meet_in_one_term() {
        assert_eq!(terms(Language::English, "Refunds refunded REFUND"), ["refund"; 3]);
        assert_eq!(terms(Language::German, "Häuser Haus"), ["haus"; 2]);
        assert_eq!(terms(Language::Finnish, "talossa talosta"), ["talo"; 2]);
    }

    #[test]
    fn marks_fold_where_they_decorate_and_stay_where_they_make_the_letter() {
        assert_eq!(terms(Language::English, "Café naïve"), terms(Language::English, "cafe naive"));
        assert_ne!(terms(Language::Finnish, "pää"), terms(Language::Finnish, "paa"));
        assert_eq!(terms(Language::Finnish, "pa\u{308}a\u{308}"), terms(Language::Finnish, "pää"));
    }

    #[test]
    fn numbers_are_the_same_with_and_without_separators() {
        assert_eq!(terms(Language::English, "10,000"), terms(Language::English, "10000"));
    }

    #[test]
    fn elided_articles_leave_their_noun() {
        assert_eq!(terms(Language::French, "l’abonnement"), terms(Language::French, "abonnement"));
        assert_eq!(terms(Language::Italian, "dell'ordine"), terms(Language::Italian, "ordine"));
    }

    #[test]
    fn identifiers_fall_into_their_words() {
        assert_eq!(terms(Language::English, "refund_policy"), terms(Language::English, "refund policy"));
    }

    #[test]
    fn stop_words_are_no_terms() {
        assert_eq!(terms(Language::English, "what is the of it's"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_text_is_cut_into_words_at_their_places(text in "\\PC*", language in prop::sample::select(Language::ALL.as_slice())) {
            let analyzer = Analyzer::new(language);
            for (start, word) in analyzer.words(&text) {
                prop_assert_eq!(&text[start..start + word.len()], word);
                prop_assert!(analyzer.term(word).is_none_or(|term| !term.is_empty()));
            }
        }
    }
}
