//! A long text to be read: pages of invented words, each page with some of its own, as a manual has.

use std::fmt::Write;

/// Characters of a page, about 500 words.
const PAGE_CHARS: usize = 3_000;
/// Words of a sentence.
const WORDS: usize = 12;
const SYLLABLES: [&str; 16] = [
    "ba", "cor", "den", "fi", "gal", "hu", "jin", "kor", "lam", "mer", "nol", "pra", "qui", "rud", "sen",
    "tor",
];

/// Markdown of so many pages. Two texts of different numbers have no page in common, so each is new to the server.
pub(super) fn markdown(pages: u32, number: u64) -> String {
    let mut chance = Chance(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut text = String::new();
    for page in 1..=pages {
        let end = text.len() + PAGE_CHARS;
        // Writing to a string can't fail.
        let _ = write!(text, "# Page {page} of text {number}\n\n");
        while text.len() < end {
            sentence(&mut chance, &mut text);
        }
        text.push_str("\n\n");
    }
    text
}

fn sentence(chance: &mut Chance, text: &mut String) {
    text.push_str("The");
    for _ in 1..WORDS {
        text.push(' ');
        for _ in 0..3 {
            text.push_str(chance.syllable());
        }
    }
    text.push_str(". ");
}

/// Marsaglia's xorshift: repeatable, and random enough for words.
struct Chance(u64);

impl Chance {
    fn syllable(&mut self) -> &'static str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let place = usize::try_from(self.0 >> 32).unwrap_or(0) % SYLLABLES.len();
        SYLLABLES.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_pages_and_another_text_has_others() {
        let text = markdown(5, 1);
        assert_eq!(text.matches("# Page ").count(), 5);
        assert!((5 * PAGE_CHARS..5 * (PAGE_CHARS + 200)).contains(&text.len()), "{}", text.len());
        let other = markdown(5, 2);
        let pages: Vec<&str> = other.split("# Page").collect();
        assert!(text.split("# Page").skip(1).all(|page| !pages.contains(&page)));
    }
}
