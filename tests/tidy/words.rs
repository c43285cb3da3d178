//! Names and words that say nothing, or nothing about this project.

use crate::tree::{Fault, files, none};

/// A thing has a home by what it is about.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "misc", "stuff"];

/// Written in halves, so that this list does not find itself.
const BANNED: [(&str, &str); 12] = [
    (concat!("TO", "DO"), "do it, or leave it out and say so in the documentation"),
    (concat!("FIX", "ME"), "fix it"),
    (concat!("XX", "X"), "say what is meant"),
    (concat!("crates", ".io"), "no file names a package registry"),
    (concat!("npm", "js"), "no file names a package registry"),
    (concat!("pypi", ".org"), "no file names a package registry"),
    (concat!("python", "hosted"), "no file names a package registry"),
    (concat!("deb.", "debian"), "no file names a package registry"),
    (concat!("/ro", "ot/"), "no file names a path of one machine"),
    (concat!("/wo", "rk/"), "no file names a path of one machine"),
    (concat!("un", "wrap_or_else(|_| un", "reachable!"), "handle the case"),
    (concat!("#[al", "low("), "use `#[expect(…, reason = \"…\")]`, which ends with its cause"),
];

#[test]
fn no_file_or_folder_has_a_name_that_says_nothing() {
    let empty = |part: &str| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or_default());
    let named = files().into_iter().filter(|file| file.path.split('/').any(empty));
    none(named.map(|file| Fault::of(&file.path, "name it by what it is about")));
}

#[test]
fn no_banned_word_is_written_anywhere() {
    let sources = files();
    none(sources.iter().flat_map(|file| {
        file.lines().flat_map(move |(line, text)| {
            let found = BANNED.into_iter().filter(move |(word, _)| text.contains(word));
            found.map(move |(word, instead)| Fault::at(file, line, format!("`{word}`: {instead}")))
        })
    }));
}
