//! Text that looks like prose to an index: invented words, as unevenly frequent as those of a language (Zipf, 1949),
//! between words that only carry grammar. The same in every run.

use std::sync::Arc;

use aihio_actors::model::{Chunk, ChunkId, DocumentId, SourceId};
use uuid::Uuid;

/// Different invented words.
const VOCABULARY: u64 = 20_000;
/// Sentences of a passage, and words of a sentence: about 650 characters.
const SENTENCES: usize = 8;
const WORDS: usize = 12;
const GRAMMAR: [&str; 8] = ["the", "of", "and", "in", "to", "is", "with", "for"];
const SYLLABLES: [&str; 32] = [
    "ba", "cor", "den", "fi", "gal", "hu", "jin", "kor", "lam", "mer", "nol", "pra", "qui", "rud", "sen",
    "tor", "ul", "vam", "wex", "yor", "zin", "blo", "cre", "dru", "fla", "gri", "ple", "sto", "tri", "vel",
    "mos", "nex",
];

/// Passages of invented text.
pub(crate) struct Library {
    passages: Vec<String>,
}

impl Library {
    /// So many passages.
    pub(crate) fn new(len: usize) -> Self {
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
        Self { passages: (0..len).map(|_| passage(&mut chance)).collect() }
    }

    /// The passages as a chatbot has read them.
    pub(crate) fn chunks(&self) -> Vec<Chunk> {
        self.passages.iter().zip(0_u128..).map(|(text, number)| chunk(text, number)).collect()
    }

    /// So many questions, each about one sentence of another passage.
    pub(crate) fn questions(&self, len: usize) -> Vec<String> {
        let step = (self.passages.len() / len).max(1);
        self.passages.iter().step_by(step).take(len).map(|passage| question(passage)).collect()
    }
}

fn question(passage: &str) -> String {
    let sentence = passage.split('.').next().unwrap_or_default();
    let subject: Vec<&str> = sentence.split(' ').take(WORDS / 2).collect();
    format!("What is {}?", subject.join(" ").to_lowercase())
}

fn passage(chance: &mut Chance) -> String {
    let sentences: Vec<String> = (0..SENTENCES).map(|_| sentence(chance)).collect();
    sentences.join(" ")
}

/// Invented words and grammar in turn.
fn sentence(chance: &mut Chance) -> String {
    let mut words = vec!["The".to_owned()];
    for place in 1..WORDS {
        let word =
            if place % 2 == 1 { invented(chance.zipf()) } else { pick(&GRAMMAR, chance.next()).to_owned() };
        words.push(word);
    }
    words.join(" ") + "."
}

fn invented(rank: u64) -> String {
    [rank, rank / 32, rank / 1_024].map(|digit| pick(&SYLLABLES, digit)).concat()
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    let place = usize::try_from(number).unwrap_or(usize::MAX) % words.len().max(1);
    words.get(place).copied().unwrap_or_default()
}

fn chunk(text: &str, number: u128) -> Chunk {
    let uuid = Uuid::from_u128(number);
    Chunk {
        chunk_id: ChunkId::from_uuid(uuid),
        source_id: SourceId::from_uuid(uuid),
        document_id: DocumentId::from_uuid(uuid),
        title: Arc::from("Manual"),
        url: None,
        span: 0..text.len(),
        text: Arc::from(text),
    }
}

/// Marsaglia's xorshift: repeatable, and random enough for words.
struct Chance(u64);

impl Chance {
    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A rank below [`VOCABULARY`] that comes up about as often as its inverse: the exponent is spread evenly.
    fn zipf(&mut self) -> u64 {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (VOCABULARY as f64).powf(share) as u64
    }
}
