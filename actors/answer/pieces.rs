//! A whole text as the pieces of a stream.

/// A piece ends at the first border of words after so many bytes: a few words, as a model would send.
const PIECE_BYTES: usize = 24;
/// Text without white space is cut here, so that a script that writes none is streamed as well.
const PIECE_BYTES_MAX: usize = 96;

/// Cuts a text into pieces; put together they are the text, byte for byte. Pieces end after white space, and
/// no piece is empty.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, remainder) = rest.split_at(cut(rest));
        rest = remainder;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Where the first piece of the text ends; always a border of characters.
fn cut(text: &str) -> usize {
    let mut after_space = false;
    for (at, letter) in text.char_indices() {
        let word_begins = after_space && !letter.is_whitespace();
        if (at >= PIECE_BYTES && word_begins) || at >= PIECE_BYTES_MAX {
            return at;
        }
        after_space = letter.is_whitespace();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_end_where_words_do() {
        let cut: Vec<&str> = pieces("Goods may be sent back within 30 days of their arrival. [1]").collect();
        assert_eq!(cut, ["Goods may be sent back within ", "30 days of their arrival. ", "[1]"]);
    }

    #[test]
    fn an_empty_text_has_no_pieces() {
        assert_eq!(pieces("").count(), 0);
    }

    proptest! {
        #[test]
        fn put_together_they_are_the_text(text in "(\\PC|\\s|[a-z]{1,200}|語){0,200}") {
            prop_assert_eq!(pieces(&text).collect::<String>(), text.as_str());
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty()));
        }
    }
}
