//! What tools are called before models: `source_tool`, in letters that all protocols take.

use std::collections::HashSet;

/// The longest name that all protocols take.
const NAME_BYTES_MAX: usize = 64;
/// The longest name of a source.
const SOURCE_BYTES_MAX: usize = 24;

/// Whether a source may be called that: it begins the names of its tools.
#[must_use]
pub fn is_source_name(name: &str) -> bool {
    let mut letters = name.bytes();
    name.len() <= SOURCE_BYTES_MAX
        && letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_')
}

/// A name for a source's tool that is not among those taken, and takes it.
pub(super) fn tool_name(source: &str, own: &str, taken: &mut HashSet<String>) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let own: String = own.chars().map(|letter| if fits(letter) { letter } else { '_' }).collect();
    let mut whole = format!("{source}_{own}");
    whole.truncate(NAME_BYTES_MAX);
    let mut name = whole.clone();
    let mut nth = 2_u32;
    while !taken.insert(name.clone()) {
        let ending = format!("_{nth}");
        whole.truncate(NAME_BYTES_MAX - ending.len());
        name = format!("{whole}{ending}");
        nth += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_sources_are_short_and_plain() {
        assert!(is_source_name("shop_2"));
        for wrong in ["", "Shop", "2shop", "shop-api", "the_name_of_this_source_is_long"] {
            assert!(!is_source_name(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_tool_gets_a_name_of_its_own_that_protocols_take(own in prop::collection::vec("\\PC{0,80}", 1..20)) {
            let mut taken = HashSet::new();
            let names: HashSet<String> = own.iter().map(|own| tool_name("shop", own, &mut taken)).collect();
            prop_assert_eq!(names.len(), own.len());
            for name in names {
                prop_assert!((1..=NAME_BYTES_MAX).contains(&name.len()), "{}", name);
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            }
        }
    }
}
