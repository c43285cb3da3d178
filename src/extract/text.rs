//! Plain text and Markdown.

use aihio_actors::ports::{ExtractError, Extracted};

use super::limits::ExtractLimits;

/// The longest title that is taken over, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// A text as it is kept: lines end in LF, without white space at their ends or control characters, and at most one
/// empty line stands between paragraphs.
///
/// # Errors
/// [`ExtractError::Empty`] without a visible character, [`ExtractError::TooLarge`] beyond the longest text.
pub(super) fn tidy(text: &str, limits: &ExtractLimits) -> Result<String, ExtractError> {
    let mut tidied = String::with_capacity(text.len().min(limits.text_bytes_max));
    let mut blank_lines = 0_usize;
    for line in text.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')) {
        let line = line.trim_end();
        if line.is_empty() {
            blank_lines += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if blank_lines == 0 { "\n" } else { "\n\n" });
        }
        blank_lines = 0;
        tidied.extend(line.chars().filter(|c| *c == '\t' || !is_invisible(*c)));
        if tidied.len() > limits.text_bytes_max {
            return Err(too_long(limits));
        }
    }
    if tidied.chars().all(char::is_whitespace) { Err(ExtractError::Empty) } else { Ok(tidied) }
}

/// Control characters, and the byte order mark inside of a text.
fn is_invisible(c: char) -> bool {
    c.is_control() || c == '\u{FEFF}'
}

/// Says that the text is longer than what is kept.
pub(super) fn too_long(limits: &ExtractLimits) -> ExtractError {
    ExtractError::TooLarge(format!("it has more than {} MiB of text", limits.text_bytes_max >> 20))
}

/// A Markdown document; its first heading of the first level is its title.
pub(super) fn markdown(text: String) -> Extracted {
    let title = text
        .lines()
        .find_map(|line| line.strip_prefix("# "))
        .and_then(|heading| title_of(heading.trim_end_matches('#')));
    Extracted { title, text }
}

/// A title in one line, or none where nothing is left of it.
pub(super) fn title_of(words: &str) -> Option<String> {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = line.chars().filter(|c| !is_invisible(*c)).take(TITLE_CHARS_MAX).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_blank_lines_are_tidied() {
        let tidied = tidy("\r\n\none  \r\ntwo\rthree\n\n\n\nfour\u{7}\n", &ExtractLimits::default());
        assert_eq!(tidied, Ok("one\ntwo\nthree\n\nfour".into()));
    }

    #[test]
    fn indentation_survives() {
        let tidied = tidy("list\n\n    code\n\tmore", &ExtractLimits::default());
        assert_eq!(tidied, Ok("list\n\n    code\n\tmore".into()));
    }

    #[test]
    fn white_space_alone_is_empty() {
        assert_eq!(tidy(" \n\u{a0}\n\t\u{1}", &ExtractLimits::default()), Err(ExtractError::Empty));
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused() {
        let limits = ExtractLimits { text_bytes_max: 10, ..ExtractLimits::default() };
        assert!(tidy("0123456789", &limits).is_ok());
        assert!(matches!(tidy("0123456789x", &limits), Err(ExtractError::TooLarge(_))));
    }

    #[test]
    fn the_first_heading_is_the_title() {
        assert_eq!(markdown("intro\n# Opening   hours #\n# Two".into()).title, Some("Opening hours".into()));
        assert_eq!(markdown("## Not first level".into()).title, None);
    }
}
