//! A chatbot's name in addresses and as a model: made from its name, unique over all accounts.

use aihio_actors::ports::Dice;

/// Longest slug before its suffix, in characters.
const CHARS_MAX: usize = 40;
/// Letters of a suffix; without those that are mistaken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";

/// The slug of a name: lower-case ASCII letters and digits, joined by single hyphens.
pub(super) fn slug_of(name: &str) -> String {
    let mut slug = String::with_capacity(CHARS_MAX);
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if slug.len() >= CHARS_MAX {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "chatbot".to_owned() } else { slug.to_owned() }
}

/// The slug with a short suffix, for when it is taken.
pub(super) fn with_suffix(slug: &str, dice: &dyn Dice) -> String {
    let random = dice.next_u64().to_le_bytes();
    let suffix: String = random
        .iter()
        .take(4)
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter)))
        .collect();
    format!("{slug}-{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Dice for Sevens {
        fn next_u64(&self) -> u64 {
            0x0707_0707_0707_0707
        }
    }

    #[test]
    fn a_name_becomes_words_joined_by_hyphens() {
        assert_eq!(slug_of("Otter & Lamp, Ltd."), "otter-lamp-ltd");
        assert_eq!(slug_of("  --Hi--  "), "hi");
    }

    #[test]
    fn a_name_without_ascii_letters_still_has_a_slug() {
        assert_eq!(slug_of("質問"), "chatbot");
        assert_eq!(slug_of(""), "chatbot");
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(slug_of(&"ab ".repeat(100)).len(), CHARS_MAX);
        assert_eq!(slug_of(&"abc ".repeat(100)).len(), CHARS_MAX - 1, "no hyphen at the end");
    }

    #[test]
    fn a_suffix_is_four_letters() {
        assert_eq!(with_suffix("guide", &Sevens), "guide-hhhh");
    }
}
