//! Just enough of Rust's grammar: what is code and what is text, and where a function ends.

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line it begins on, from 1.
    pub(crate) line: usize,
    /// Lines of code from its signature to its closing brace: no blanks, no comments, no lines of text in a table.
    pub(crate) length: usize,
}

/// The source with comments, strings and characters blanked out; lines stay where they are.
pub(crate) fn code(source: &str) -> String {
    let mut rest = source;
    let mut code = String::with_capacity(source.len());
    while let Some(first) = rest.chars().next() {
        let length = token(rest, code.chars().next_back());
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// The functions of a source whose comments and strings are blanked out.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let words = code.match_indices("fn ").filter(|(place, _)| !code[..*place].ends_with(is_word));
    words.filter_map(|(place, _)| function(code, place)).collect()
}

/// How many bytes of text that is no code begin here.
fn token(rest: &str, before: Option<char>) -> usize {
    let after_word = before.is_some_and(is_word);
    match rest.as_bytes() {
        [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment(rest),
        [b'"', ..] => quoted(rest),
        [b'b' | b'c', b'"', ..] if !after_word => 1 + quoted(&rest[1..]),
        [b'r', b'"' | b'#', ..] if !after_word => raw(rest),
        [b'b' | b'c', b'r', b'"' | b'#', ..] if !after_word => 1 + raw(&rest[1..]),
        [b'\'', ..] => character(rest),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (place, pair) in rest.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" if depth == 1 => return place + 2,
            b"*/" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    rest.len()
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return place + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn raw(rest: &str) -> usize {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    if rest.as_bytes().get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    rest[body..].find(&end).map_or(rest.len(), |place| body + place + end.len())
}

/// A character literal, and not a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => {
            rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 3)
        }
        Some(_) => characters.next().filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

fn function(code: &str, place: usize) -> Option<Function> {
    let name: String = code[place + 3..].chars().take_while(|character| is_word(*character)).collect();
    if name.is_empty() {
        return None;
    }
    let opening = place + body(&code[place..])?;
    let closing = opening + closing_brace(&code[opening..])?;
    let line = code[..place].matches('\n').count() + 1;
    let counts = |line: &&str| !matches!(line.trim(), "" | ",");
    Some(Function { name, line, length: code[place..=closing].lines().filter(counts).count() })
}

/// Where the body begins; none for a function without one. Brackets hide the `;` of array types.
fn body(code: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (place, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(place),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_brace(code: &str) -> Option<usize> {
    let mut depth = 0_i32;
    code.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::{Function, code, functions};

    #[test]
    fn braces_in_text_do_not_count() {
        let source = "fn a() {\n  \"}\"; '}'; r#\"}\"#; // }\n  /* } /* } */ */\n}\nfn b() {}\n";
        let found = functions(&code(source));
        let function = |name: &str, line, length| Function { name: name.to_owned(), line, length };
        assert_eq!(found, [function("a", 1, 3), function("b", 5, 1)]);
    }

    #[test]
    fn lifetimes_are_not_characters() {
        assert_eq!(code("fn a<'a>(x: &'a str) { 'x'; '\\''; }"), "fn a<'a>(x: &'a str) {    ;     ; }");
    }

    #[test]
    fn a_function_without_a_body_is_none() {
        assert_eq!(functions("trait T { fn a(&self, x: [u8; 4]) -> u8; fn b(); }"), []);
    }
}
