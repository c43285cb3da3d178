//! What kind of thing a question asks for, and whether a sentence has one.

use crate::chatbot::knowledge::Language;

/// The kind of thing that answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A person or body: a name.
    Name,
    /// A place: a name.
    Place,
    /// A time: a year, a date, an hour.
    Time,
    /// A number.
    Quantity,
}

/// What the question asks for, by its question words; `None` where they don't tell.
pub(super) fn wanted(question: &str, language: Language) -> Option<Wanted> {
    let spaced = format!(" {} ", words(question).join(" "));
    let asks = |phrases: &[&str]| phrases.iter().any(|phrase| spaced.contains(&format!(" {phrase} ")));
    let cues = cues(language);
    [
        (cues.time, Wanted::Time),
        (cues.quantity, Wanted::Quantity),
        (cues.place, Wanted::Place),
        (cues.name, Wanted::Name),
    ]
    .into_iter()
    .find_map(|(phrases, wanted)| asks(phrases).then_some(wanted))
}

impl Wanted {
    /// Whether the text has a thing of this kind that the question doesn't name itself.
    pub(super) fn is_in(self, text: &str, question: &str) -> bool {
        let asked = words(question);
        let fresh = |word: &str| !asked.iter().any(|asked| asked == &word.to_lowercase());
        match self {
            Self::Name | Self::Place => named(text).any(fresh),
            Self::Quantity => written(text).any(|word| has_digit(word) && fresh(word)) || spelt_number(text),
            Self::Time => written(text).any(|word| has_digit(word) && fresh(word)),
        }
    }
}

struct Cues {
    name: &'static [&'static str],
    place: &'static [&'static str],
    time: &'static [&'static str],
    quantity: &'static [&'static str],
}

const ENGLISH: Cues = Cues {
    name: &["who", "whose", "whom"],
    place: &["where", "what city", "what country", "which city", "which country"],
    time: &[
        "when",
        "what year",
        "which year",
        "what time",
        "what date",
        "what day",
        "what century",
        "what decade",
    ],
    quantity: &[
        "how many",
        "how much",
        "how long",
        "how far",
        "how old",
        "how often",
        "how large",
        "what percentage",
        "what percent",
    ],
};

const FINNISH: Cues = Cues {
    name: &["kuka", "kenen", "ketkä", "kenelle"],
    place: &["missä", "mistä", "mihin", "minne"],
    time: &["milloin", "koska", "minä vuonna", "mihin aikaan", "monelta"],
    quantity: &[
        "kuinka monta",
        "kuinka paljon",
        "kuinka kauan",
        "montako",
        "paljonko",
        "miten paljon",
        "mitä maksaa",
    ],
};

const fn cues(language: Language) -> Cues {
    match language {
        Language::English => ENGLISH,
        Language::Finnish => FINNISH,
        Language::German => Cues {
            name: &["wer", "wem", "wen", "wessen"],
            place: &["wo", "woher", "wohin"],
            time: &["wann", "welchem jahr", "seit wann", "um wie viel uhr"],
            quantity: &["wie viel", "wie viele", "wieviel", "wie lange", "wie weit", "wie oft", "wie hoch"],
        },
        Language::Swedish => Cues {
            name: &["vem", "vems", "vilka"],
            place: &["var", "vart", "varifrån"],
            time: &["när", "vilket år", "hur dags"],
            quantity: &["hur många", "hur mycket", "hur länge", "hur långt", "hur ofta"],
        },
        Language::French => Cues {
            name: &["qui"],
            place: &["où", "d'où"],
            time: &["quand", "quelle année", "quelle heure", "quelle date"],
            quantity: &["combien", "quel pourcentage", "quel prix"],
        },
        Language::Spanish => Cues {
            name: &["quién", "quiénes"],
            place: &["dónde", "adónde"],
            time: &["cuándo", "qué año", "qué hora", "qué fecha"],
            quantity: &["cuánto", "cuánta", "cuántos", "cuántas"],
        },
        Language::Italian => Cues {
            name: &["chi"],
            place: &["dove", "dov'è"],
            time: &["quando", "che anno", "quale anno", "che ora"],
            quantity: &["quanto", "quanta", "quanti", "quante"],
        },
        Language::Portuguese => Cues {
            name: &["quem"],
            place: &["onde", "aonde"],
            time: &["quando", "que ano", "que horas"],
            quantity: &["quanto", "quanta", "quantos", "quantas"],
        },
        Language::Dutch => Cues {
            name: &["wie", "wiens"],
            place: &["waar", "waarheen"],
            time: &["wanneer", "welk jaar", "hoe laat"],
            quantity: &["hoeveel", "hoe lang", "hoe ver", "hoe vaak"],
        },
        Language::Danish => Cues {
            name: &["hvem", "hvis"],
            place: &["hvor", "hvorfra"],
            time: &["hvornår", "hvilket år"],
            quantity: &["hvor mange", "hvor meget", "hvor længe", "hvor langt"],
        },
        Language::Norwegian => Cues {
            name: &["hvem"],
            place: &["hvor", "hvorfra"],
            time: &["når", "hvilket år"],
            quantity: &["hvor mange", "hvor mye", "hvor lenge", "hvor langt"],
        },
    }
}

fn written(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '\'' | '’' | ',' | '.'))
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// Words with a capital that no sentence's beginning explains.
fn named(text: &str) -> impl Iterator<Item = &str> {
    written(text).skip(1).filter(|word| word.starts_with(char::is_uppercase))
}

fn words(text: &str) -> Vec<String> {
    written(text).map(str::to_lowercase).collect()
}

fn has_digit(word: &str) -> bool {
    word.contains(|letter: char| letter.is_ascii_digit())
}

/// English spells small numbers out; the other languages' texts are served by digits alone.
fn spelt_number(text: &str) -> bool {
    const NUMBERS: &[&str] = &[
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "half",
        "third",
        "quarter",
        "dozen",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "billion",
        "twice",
    ];
    written(text).any(|word| NUMBERS.contains(&word.to_lowercase().as_str()))
}
