//! Who may know whom, where the compiler does not hold the line.

use crate::rust::code;
use crate::tree::{Fault, File, none, rust_in};

/// Parts of the engine that must be readable and testable without a runtime or a world.
const PURE: [&str; 3] = ["actors/chatbot/knowledge/", "actors/embedding/", "actors/kernel/restart.rs"];
const IMPURE_WORDS: [&str; 4] = ["actix::", "actix_rt::", "tokio::", "std::time::Instant"];
/// Parts of the service that bring one outside thing each, and know neither the edge nor each other.
const ADAPTERS: [&str; 7] = ["store", "cache", "blobs", "extract", "crawl", "embedding", "model_provider"];
const EDGES: [&str; 2] = ["http", "socket"];

#[test]
fn pure_parts_of_the_engine_know_no_runtime_and_no_ports() {
    let sources = rust_in(&["actors/"]);
    let pure = |file: &&File| file.stem() == "state" || PURE.into_iter().any(|place| file.is_in(place));
    let traits = port_traits(&sources);
    none(sources.iter().filter(pure).flat_map(|file| {
        let why = "this part is pure: hand the value in, or move it to effect.rs";
        let mut faults = mentions(file, &IMPURE_WORDS, why);
        let imported = imported_ports(file).into_iter().filter(|name| traits.contains(name));
        faults.extend(
            imported.map(|name| Fault::at(file, 1, format!("the port `{name}` has no place here: {why}"))),
        );
        faults
    }));
}

#[test]
fn adapters_know_neither_the_edge_nor_each_other() {
    none(ADAPTERS.into_iter().flat_map(|adapter| {
        let others = ADAPTERS.into_iter().chain(EDGES).filter(move |other| *other != adapter);
        let paths: Vec<String> = others.map(|other| format!("crate::{other}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let sources = rust_in(&[&format!("src/{adapter}/"), &format!("src/{adapter}.rs")]);
        let faults = sources
            .iter()
            .flat_map(|file| mentions(file, &paths, "an adapter implements ports and knows no other part"));
        faults.collect::<Vec<_>>()
    }));
}

#[test]
fn each_outside_library_stays_behind_its_own_wall() {
    // The doctor looks at each outside thing without going through what it examines.
    let walls: [(&[&str], &[&str], &str); 6] = [
        (&["sea_orm"], &["src/store/", "src/store.rs", "src/command/doctor/"], "rows are the store's alone"),
        (&["actix_web_actors"], &["src/socket/"], "one file of src/socket holds the WebSocket actor"),
        (
            &["redis::Client", "redis::cmd", "redis::aio"],
            &["src/cache/", "src/cache.rs", "src/command/doctor/"],
            "Redis is the cache's alone",
        ),
        (
            &["aws_sdk_s3", "aws_smithy_http_client"],
            &["src/blobs/s3/"],
            "the object store's SDK is known to its adapter alone",
        ),
        (
            &["zip::", "quick_xml::", "calamine::", "csv::"],
            &["src/extract/"],
            "documents are taken apart in src/extract",
        ),
        (
            &["env::var", "env::vars", "env::var_os"],
            &["src/settings/", "src/settings.rs"],
            "settings alone read the environment",
        ),
    ];
    let sources = rust_in(&["src/", "actors/"]);
    none(walls.iter().flat_map(|(words, homes, why)| {
        let outside = sources.iter().filter(|file| !homes.iter().any(|home| file.is_in(home)));
        outside.flat_map(|file| mentions(file, words, why))
    }));
}

#[test]
fn one_file_alone_knows_the_deprecated_websocket_actor() {
    let sources = rust_in(&["src/"]);
    let knowing = sources.iter().filter(|file| code(&file.text).contains("actix_web_actors"));
    let names: Vec<&str> = knowing.map(|file| file.path.as_str()).collect();
    assert!(names.len() <= 1, "only one of these may name it: {names:?}");
}

/// The ports themselves; the plain values that go through them may be known anywhere.
fn port_traits(sources: &[File]) -> Vec<String> {
    let ports = sources.iter().filter(|file| file.is_in("actors/ports/"));
    let names = ports.flat_map(|file| file.text.split("pub trait ").skip(1));
    names.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

fn imported_ports(file: &File) -> Vec<String> {
    let code = code(&file.text);
    let imports = code.split("crate::ports").skip(1).filter_map(|rest| rest.split(';').next());
    let names = imports.flat_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()));
    names.map(str::to_owned).collect()
}

/// Every line of code, tests aside, that holds one of the words.
fn mentions(file: &File, words: &[&str], why: &str) -> Vec<Fault> {
    let code = code(&file.text);
    let product = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = product.lines().enumerate();
    let found =
        lines.filter_map(|(index, line)| Some((index + 1, words.iter().find(|word| names(line, word))?)));
    found.map(|(line, word)| Fault::at(file, line, format!("`{word}` has no place here: {why}"))).collect()
}

/// Whether a line names a path, and not a longer one that ends or begins like it.
fn names(line: &str, path: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(path).any(|(place, _)| {
        let after = line[place + path.len()..].starts_with(is_word);
        !line[..place].ends_with(is_word) && (path.ends_with("::") || !after)
    })
}
