//! Patterns of paths, as robots.txt has them (RFC 9309, section 2.2.3).

/// Whether a pattern matches the beginning of a path, or all of it where it ends in `$`; `*` stands for anything. Each
/// part between stars is taken at its first place, which is enough and keeps hostile patterns cheap.
#[must_use]
pub fn path_matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some((_, after)) = rest.split_once(middle) else { return false };
            rest = after;
        }
    }
    match (last, to_the_end) {
        (None, true) => rest.is_empty(),
        (None, false) => true,
        (Some(part), true) => rest.ends_with(part),
        (Some(part), false) => rest.contains(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_a_dollar_for_the_end() {
        let cases = [
            ("/docs/", "/docs/a", true),
            ("/docs/", "/doc", false),
            ("/docs$", "/docs/a", false),
            ("/*.html$", "/a/b.html", true),
            ("/*.html$", "/a/b.html?x", false),
            ("*/private", "/x/private/y", true),
            ("/a*b*c", "/a1c2b3", false),
            ("", "/anything", true),
        ];
        for (pattern, path, matches) in cases {
            assert_eq!(path_matches(pattern, path), matches, "{pattern} {path}");
        }
    }
}
