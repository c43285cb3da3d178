//! Which language a text is in, and what follows from it: stop words, stemming, and the letters whose marks
//! are part of the letter.

use std::collections::HashMap;

use rust_stemmers::Algorithm;

use super::stop_words;

/// A language whose words can be brought to their stems.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, also taken where nothing speaks for another one.
    #[default]
    English,
    /// Finnish.
    Finnish,
    /// German.
    German,
    /// Swedish.
    Swedish,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
    /// Dutch.
    Dutch,
    /// Danish.
    Danish,
    /// Norwegian (Bokmål).
    Norwegian,
}

impl Language {
    /// Every language, the default first, which wins a tie.
    pub const ALL: [Self; 11] = [
        Self::English,
        Self::Finnish,
        Self::German,
        Self::Swedish,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
        Self::Danish,
        Self::Norwegian,
    ];

    /// The language with the most stop words among these words. Function words are a few hundred and make up
    /// about half of any running text, so a few lines suffice; English where there are none.
    pub fn detect<'t>(words: impl IntoIterator<Item = &'t str>) -> Self {
        Self::most_likely(words, &Self::ALL).0
    }

    /// The one of these languages with the most stop words among these words, and how many; the first of equals.
    pub(super) fn most_likely<'t>(words: impl IntoIterator<Item = &'t str>, among: &[Self]) -> (Self, u32) {
        let mut counts: HashMap<Box<str>, u32> = HashMap::new();
        for word in words {
            *counts.entry(word.to_lowercase().into()).or_default() += 1;
        }
        let hits =
            |language: Self| -> u32 { language.stop_words().filter_map(|word| counts.get(word)).sum() };
        // `max_by_key` keeps the last of equals; reversed, that is the first.
        let counted = among.iter().rev().map(|language| (*language, hits(*language)));
        counted.max_by_key(|(_, hits)| *hits).unwrap_or_default()
    }

    /// Words that carry grammar rather than subject; neither indexed nor searched.
    pub fn stop_words(self) -> impl Iterator<Item = &'static str> {
        stop_words::function_words(self).split(' ')
    }

    /// Words by which a question says what kind of answer it wants. They are searched, but weigh little.
    pub fn asking_words(self) -> impl Iterator<Item = &'static str> {
        stop_words::asking_words(self).split(' ')
    }

    /// Letters that stay as they are although Unicode composes them of a base letter and a mark: in these
    /// languages they are letters of their own (`ä` is no `a` in Finnish).
    pub(super) const fn own_letters(self) -> &'static str {
        match self {
            Self::Finnish | Self::Swedish => "åäö",
            Self::German => "äöü",
            Self::Danish | Self::Norwegian => "åæø",
            Self::Spanish => "ñ",
            Self::English | Self::French | Self::Italian | Self::Portuguese | Self::Dutch => "",
        }
    }

    /// Whether an apostrophe ends a word (`l'homme` is two) or belongs to it (`don't` is one).
    pub(super) const fn elides(self) -> bool {
        matches!(self, Self::French | Self::Italian)
    }

    /// The Snowball stemmer.
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::English => Algorithm::English,
            Self::Finnish => Algorithm::Finnish,
            Self::German => Algorithm::German,
            Self::Swedish => Algorithm::Swedish,
            Self::French => Algorithm::French,
            Self::Spanish => Algorithm::Spanish,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Dutch => Algorithm::Dutch,
            Self::Danish => Algorithm::Danish,
            Self::Norwegian => Algorithm::Norwegian,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(text: &str) -> Language {
        Language::detect(text.split_whitespace())
    }

    #[test]
    fn a_sentence_tells_its_language() {
        assert_eq!(detect("The shop is open on weekdays and you can pay with a card"), Language::English);
        assert_eq!(
            detect("Tilaus on perillä kun se on maksettu ja me olemme lähettäneet sen"),
            Language::Finnish
        );
        assert_eq!(
            detect("Die Ware wird nicht vor dem Eingang der Zahlung versandt und ist neu"),
            Language::German
        );
        assert_eq!(
            detect("Du kan inte betala med kort när det är helg och vi har stängt"),
            Language::Swedish
        );
        assert_eq!(
            detect("Vous pouvez payer par carte dans le magasin et les frais sont nuls"),
            Language::French
        );
        assert_eq!(
            detect("Los pedidos que se hacen por la tarde llegan al día siguiente en el sur"),
            Language::Spanish
        );
        assert_eq!(
            detect("Gli ordini che sono stati pagati non si possono annullare nella pagina"),
            Language::Italian
        );
        assert_eq!(
            detect("Você não pode pagar com cartão na loja mas os pedidos são entregues"),
            Language::Portuguese
        );
        assert_eq!(
            detect("Je kunt niet met de kaart betalen als het een feestdag is van ons"),
            Language::Dutch
        );
        assert_eq!(
            detect("Jeg kan ikke lide at vente efter min pakke, og hvad gør du nu af med den"),
            Language::Danish
        );
        assert_eq!(
            detect("Jeg vet ikke hvorfor hun ble borte etter at noen av dere gikk hjem"),
            Language::Norwegian
        );
    }

    #[test]
    fn no_words_are_taken_for_english() {
        assert_eq!(detect(""), Language::English);
        assert_eq!(detect("12345 §§§"), Language::English);
    }
}
