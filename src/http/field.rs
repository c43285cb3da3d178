//! Checks of single fields, each with the words that tell its owner what to do.

use std::ops::RangeInclusive;

use crate::error::FieldError;

/// A length in characters, and nothing that can't be printed but line breaks and tabs.
#[must_use]
pub(super) fn chars(field: &str, text: &str, allowed: RangeInclusive<usize>) -> Option<FieldError> {
    if !allowed.contains(&text.chars().count()) {
        let message = format!("Give {} to {} characters.", allowed.start(), allowed.end());
        return Some(FieldError::new(field, message));
    }
    let unprintable = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    text.chars().any(unprintable).then(|| FieldError::new(field, "Remove the control characters."))
}

/// The shape of an e-mail address (RFC 5321, 4.5.3.1 for the lengths). Whether it exists, only a mail can tell.
#[must_use]
pub(super) fn email(field: &str, text: &str) -> Option<FieldError> {
    let well_formed = text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.rsplit_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !domain.is_empty()
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
    (!well_formed).then(|| FieldError::new(field, "Give an e-mail address such as ada@example.com."))
}

/// A number within bounds.
#[must_use]
pub(super) fn within<T: PartialOrd + std::fmt::Display>(
    field: &str,
    value: &T,
    allowed: &RangeInclusive<T>,
) -> Option<FieldError> {
    let message = || format!("Give a number from {} to {}.", allowed.start(), allowed.end());
    (!allowed.contains(value)).then(|| FieldError::new(field, message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(chars("name", "äöü", 1..=3), None);
        assert!(chars("name", "", 1..=3).is_some());
        assert!(chars("name", "abcd", 1..=3).is_some());
    }

    #[test]
    fn unprintable_characters_are_refused_and_line_breaks_are_not() {
        assert!(chars("name", "a\u{1b}[31m", 1..=30).is_some());
        assert_eq!(chars("text", "a\r\n\tb", 1..=30), None);
    }

    #[test]
    fn addresses_have_one_local_part_and_a_domain() {
        assert_eq!(email("email", "ada@example.com"), None);
        assert_eq!(email("email", "owner@localhost"), None);
        for wrong in ["", "ada", "@example.com", "ada@", "a da@example.com", "ada@.com"] {
            assert!(email("email", wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn no_number_is_within_nothing() {
        assert_eq!(within("share", &0.5, &(0.0..=1.0)), None);
        assert!(within("share", &f32::NAN, &(0.0..=1.0)).is_some());
    }
}
